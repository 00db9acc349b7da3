import { describe, expect, it } from '@jest/globals';
import { nearestWord } from './nearest-word.js';

describe('nearestWord', () => {
  it.each([
    ['requird', 'required'],
    ['Image_Name', 'image_name'],
    ['xyz', null],
    ['', null],
  ])('%s: %s', (word, nearest) => {
    expect(nearestWord(word, ['required', 'image_name'])).toBe(nearest);
  });

  it('compares long words with many others in time linear in their length', () => {
    const [words, longer] = [1_000, 4_000].map((length) =>
      Array.from({ length: 50 }, (_, n) => 'ab'.repeat(length / 2) + n),
    ) as [string[], string[]];
    const [time, timeOfLonger] = [words, longer].map((names) =>
      fastest(() => nearestWord(names[0]!.replaceAll('ba', 'bb'), names)),
    ) as [number, number];
    // A quadratic one takes 16 times as long.
    expect(timeOfLonger / time).toBeLessThan(10);
  });

  it.each([
    ['kitten', 'sitting', 3],
    ['abcdefghij', 'bcdefghijk', 2],
    ['say-helo-wrld', 'say-hello-world', 2],
  ])('%s and %s differ by %i', (word, other) => {
    expect(nearestWord(word, [other])).toBe(word === 'kitten' ? null : other);
  });

  it('finds no word that shares no letter', () => {
    expect(nearestWord('x', ['a', 'ab'])).toBeNull();
  });

  it('finds a word that goes on', () => {
    const names = ['fail-with-code', 'say-hello-world'];
    expect(nearestWord('say-hello', names)).toBe('say-hello-world');
    expect(nearestWord('sa', names)).toBeNull();
  });
});

/** Milliseconds of the fastest of five runs: the others were interrupted. */
function fastest(run: () => void): number {
  const times = Array.from({ length: 5 }, () => {
    const start = performance.now();
    run();
    return performance.now() - start;
  });
  return Math.min(...times);
}
