import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { looksLikeError, markParts, occurrencesOf } from './find-text.js';

describe('occurrencesOf', () => {
  it.each([
    ['error', 'An Error, an ERROR', [3, 8], [13, 18]],
    ['Error', 'An Error, an ERROR', [3, 8]],
    ['aa', 'aaaa', [0, 2], [2, 4]],
    ['', 'anything'],
    ['.*', 'a.*b', [1, 3]],
    ['x', '\u0130x'],
  ] as [string, string, ...[number, number][]][])('finds %j in %j', (text, line, ...found) => {
    expect(occurrencesOf(text, line)).toEqual(found);
  });
});

describe('markParts', () => {
  it('marks an occurrence over several parts', () => {
    const parts = [
      { text: 'no er', classes: ['ansi-red'] },
      { text: 'ror', classes: [] },
    ];
    expect(markParts(parts, 'error')).toEqual([
      { text: 'no ', classes: ['ansi-red'], isFound: false },
      { text: 'er', classes: ['ansi-red'], isFound: true },
      { text: 'ror', classes: [], isFound: true },
    ]);
  });

  it('loses no character, and marks just what was found', () => {
    const some = fc.string({ unit: fc.constantFrom('a', 'b', 'A'), maxLength: 6 });
    fc.assert(
      fc.property(fc.array(some, { maxLength: 5 }), some, (texts, text) => {
        const marked = markParts(
          texts.map((part) => ({ text: part, classes: [] })),
          text,
        );
        const line = texts.join('');
        expect(marked.map((part) => part.text).join('')).toBe(line);
        const count = marked
          .filter(({ isFound }) => isFound)
          .reduce((sum, part) => sum + part.text.length, 0);
        expect(count).toBe(occurrencesOf(text, line).length * text.length);
      }),
    );
  });
});

it.each([
  ['ERROR: it broke', true],
  ['java.lang.NullPointerException: x', true],
  ['Traceback (most recent call last):', true],
  ['test failed', true],
  ['unfailing', false],
  ['all is well', false],
])('tells whether %j looks like an error: %s', (line, expected) => {
  expect(looksLikeError(line)).toBe(expected);
});
