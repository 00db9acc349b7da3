import { describe, expect, it } from '@jest/globals';
import { backoffMs } from './backoff.js';

describe('backoffMs', () => {
  it.each([
    [1, 0, 100],
    [1, 1, 200],
    [2, 1, 400],
    [5, 1, 3_000],
    [2_000, 0, 1_500],
  ])('after %i failures with chance %f waits %i ms', (failures, chance, ms) =>
    expect(backoffMs(failures, chance)).toBe(ms),
  );
});
