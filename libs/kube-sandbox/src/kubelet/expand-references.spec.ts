import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { expandReferences } from './expand-references.js';

const KNOWN = new Map([
  ['A', 'apple'],
  ['B', '$(A)'],
]);

describe('expandReferences', () => {
  it.each([
    ['$(A)', 'apple'],
    ['x$(A)y$(A)', 'xappleyapple'],
    ['$(B)', '$(A)'],
    ['$(HOME)', '$(HOME)'],
    ['$$(A)', '$(A)'],
    ['$$$(A)', '$apple'],
    ['pa$$word', 'pa$word'],
    ['pa$word', 'pa$word'],
    ['$', '$'],
    ['$$', '$'],
    ['end$', 'end$'],
    ['$(A', '$(A'],
    ['$(', '$('],
    ['$()', '$()'],
    ['$[A]', '$[A]'],
    ['${A}', '${A}'],
    ['$(A)$$', 'apple$'],
  ])('%s → %s', (text, expanded) => {
    expect(expandReferences(text, KNOWN)).toBe(expanded);
  });

  it('restores every value whose dollar signs were doubled', () => {
    const withDollars = fc.string({ unit: fc.constantFrom('$', '(', ')', 'A', 'é', '\n') });
    fc.assert(
      fc.property(withDollars, (value) => expandReferences(value.replaceAll('$', '$$$$'), KNOWN) === value),
    );
  });
});
