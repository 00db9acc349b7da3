import { describe, expect, it } from '@jest/globals';
import { readWarnings } from './read-warnings.js';

describe('readWarnings', () => {
  it.each([
    [undefined, []],
    [['299 - "old"'], ['old']],
    [
      ['299 - "one", 299 - "two, with a comma"', '299 kube "three"'],
      ['one', 'two, with a comma', 'three'],
    ],
    [
      [String.raw`299 - "would violate \\"restricted\\""`.replaceAll('\\\\', '\\')],
      ['would violate "restricted"'],
    ],
    [['110 - "stale"', 'nonsense'], []],
  ])('%j: %j', (headers, texts) => {
    expect(readWarnings(headers)).toEqual(texts);
  });
});
