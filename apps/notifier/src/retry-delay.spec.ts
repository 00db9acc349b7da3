import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { retryDelayMs } from './retry-delay.js';

const middle = () => 0.5;

describe('retryDelayMs', () => {
  it.each([
    [1, 5_000],
    [2, 10_000],
    [3, 20_000],
    [7, 320_000],
    [8, 640_000],
    [9, 900_000],
    [1_000, 900_000],
  ])('after %s attempts: about %s ms', (attempts, expected) => {
    expect(retryDelayMs(attempts, 5_000, 0, middle)).toBe(expected);
  });

  it('lasts hours over all attempts', () => {
    const waits = Array.from({ length: 23 }, (_, n) => retryDelayMs(n + 1, 5_000, 0, middle));
    expect(waits.reduce((sum, ms) => sum + ms, 0) / 3_600_000).toBeCloseTo(4, 0);
  });

  it('stays within 20 %, and never below the requested minimum', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 50 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (attempts, random) => {
          const middleMs = retryDelayMs(attempts, 5_000, 0, middle);
          const ms = retryDelayMs(attempts, 5_000, 0, () => random);
          expect(ms).toBeGreaterThanOrEqual(middleMs * 0.8 - 1);
          expect(ms).toBeLessThanOrEqual(middleMs * 1.2 + 1);
          expect(retryDelayMs(attempts, 5_000, 2_000_000, () => random)).toBe(2_000_000);
        },
      ),
    );
  });
});
