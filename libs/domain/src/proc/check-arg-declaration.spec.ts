import { describe, expect, it } from '@jest/globals';
import { checkArgDeclaration } from './check-arg-declaration.js';
import { plainArg, type ArgDeclaration } from './proc.js';

const matches = (pattern: string, value: string) => new RegExp(`^(?:${pattern})$`, 'u').test(value);
const describePatternProblem = (pattern: string) => (pattern.includes('(') ? 'a bracket is open' : null);
const check = (changes: Partial<ArgDeclaration>) =>
  checkArgDeclaration(plainArg('X', changes), describePatternProblem, matches);
const options = (count: number) => Array.from({ length: count }, (_, n) => `option ${n}`);

describe('checkArgDeclaration', () => {
  it.each<Partial<ArgDeclaration>>([
    {},
    { required: true, default: '', example: 'x' },
    { pattern: '[a-z]+', default: 'abc', example: 'xyz' },
    { type: 'number', min: '1', max: '1.0', default: '1', example: '1.0' },
    { type: 'number', min: '0.5' },
    { type: 'boolean', default: 'false' },
    { type: 'enum', options: ['a', 'b'], default: 'a', example: 'b' },
    { type: 'enum', options: options(100) },
    { type: 'enum', options: ['x'.repeat(1000)] },
    { type: 'secret', pattern: 'x'.repeat(1000), required: true },
  ])('accepts %j', (changes) => {
    expect(check(changes)).toEqual([]);
  });

  it.each<[string, Partial<ArgDeclaration>, string[]]>([
    ['an enum without options', { type: 'enum' }, ['options']],
    ['too many options', { type: 'enum', options: options(101) }, ['options']],
    ['an option twice', { type: 'enum', options: ['a', 'b', 'a'] }, ['options.2']],
    ['an empty option', { type: 'enum', options: ['a', ''] }, ['options.1']],
    ['a long option', { type: 'enum', options: ['x'.repeat(1001)] }, ['options.0']],
    ['an option that no environment carries', { type: 'enum', options: ['a\0'] }, ['options.0']],
    ['options of a string', { options: ['a'] }, ['options']],
    ['a range of a string', { min: '1', max: '2' }, ['min', 'max']],
    ['a range that is empty', { type: 'number', min: '2', max: '1' }, ['max']],
    ['a bound that is no number', { type: 'number', min: 'NaN', max: '1e999' }, ['min', 'max']],
    ['a pattern of a number', { type: 'number', pattern: '1' }, ['pattern']],
    ['an empty pattern', { pattern: '' }, ['pattern']],
    ['a long pattern', { pattern: 'x'.repeat(1001) }, ['pattern']],
    ['a pattern that does not compile', { pattern: '(' }, ['pattern']],
    ['a pattern that can not be stored', { pattern: 'a\0' }, ['pattern']],
    [
      'a secret that everybody sees',
      { type: 'secret', default: 'hunter22', example: 'hunter22' },
      ['default', 'example'],
    ],
    ['a default out of range', { type: 'number', max: '5', default: '6' }, ['default']],
    ['an example that is no option', { type: 'enum', options: ['a'], example: 'b' }, ['example']],
    ['a default beside its pattern', { pattern: 'a', default: 'b', example: 'c' }, ['default', 'example']],
    ['a default that no environment carries', { default: '\ud800' }, ['default']],
    ['an empty default of a boolean', { type: 'boolean', default: '' }, ['default']],
    ['several things', { options: ['a'], min: '1', pattern: '(' }, ['options', 'min', 'pattern']],
  ])('refuses %s', (_name, changes, fields) => {
    expect(check(changes).map(({ field }) => field)).toEqual(fields);
  });

  it('explains why a pattern does not compile', () => {
    expect(check({ pattern: '(' })[0]?.message).toBe(
      'expected a pattern in RE2 syntax, got "(": a bracket is open',
    );
  });
});
