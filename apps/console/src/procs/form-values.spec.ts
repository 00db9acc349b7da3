import { describe, expect, it } from '@jest/globals';
import { argsFrom, ignoredIn, openArgsFrom, valuesFrom, type ArgDeclaration } from './form-values.js';

const args: ArgDeclaration[] = [
  { name: 'A', description: '' },
  { name: 'B', description: '' },
  { name: 'KEY', description: '', type: 'secret' },
];
const search = new URLSearchParams('A=1&KEY=guessed&OTHER=2&A=3');

describe('a form', () => {
  it('takes declared args of the address, but no secret ones', () => {
    expect(valuesFrom(search, args)).toEqual({ A: '1' });
    expect(ignoredIn(search, args)).toEqual(['KEY', 'OTHER']);
  });

  it('gives no arg that is left empty, and shows no secret one', () => {
    const values = { A: '1', B: '', KEY: 's' };
    expect(argsFrom(values)).toEqual({ A: '1', KEY: 's' });
    expect(openArgsFrom(values, args)).toEqual({ A: '1' });
  });
});
