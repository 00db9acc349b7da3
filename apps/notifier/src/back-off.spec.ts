import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { backOffMs } from './back-off.js';

describe('backOffMs', () => {
  it.each([
    [1, 5_000],
    [2, 10_000],
    [3, 20_000],
    [7, 320_000],
    [8, 640_000],
    [9, 900_000],
    [1_000, 900_000],
  ])('after %s attempts: about %s ms', (attempts, expected) => {
    expect(backOffMs(attempts, 5_000, 0.5)).toBe(expected);
  });

  it('lasts hours over all attempts', () => {
    const waits = Array.from({ length: 23 }, (_, n) => backOffMs(n + 1, 5_000, 0.5));
    expect(waits.reduce((sum, ms) => sum + ms, 0) / 3_600_000).toBeCloseTo(4, 0);
  });

  it('stays within a fifth, and never below what was asked for', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 50 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (attempts, random) => {
          const middle = backOffMs(attempts, 5_000, 0.5);
          const ms = backOffMs(attempts, 5_000, random);
          expect(ms).toBeGreaterThanOrEqual(middle * 0.8 - 1);
          expect(ms).toBeLessThanOrEqual(middle * 1.2 + 1);
          expect(backOffMs(attempts, 5_000, random, 2_000_000)).toBe(2_000_000);
        },
      ),
    );
  });
});
