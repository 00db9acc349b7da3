import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { BackOff, backOffMs, HALF_JITTER } from './back-off.js';
import { isSettled } from './testing/is-settled.js';

const policy = { firstMs: 200, maxMs: 3_000 };

describe('backOffMs', () => {
  it.each([
    [0, 200],
    [1, 400],
    [3, 1_600],
    [4, 3_000],
    [2_000, 3_000],
  ])('after %i retries waits %i ms', (retries, expected) => {
    expect(backOffMs(retries, policy)).toBe(expected);
  });

  it.each([
    [0, 0, 100],
    [0, 1, 200],
    [1, 1, 400],
    [4, 1, 3_000],
    [1_999, 0, 1_500],
  ])('after %i retries with half jitter at %f waits %i ms', (retries, random, expected) => {
    expect(backOffMs(retries, { ...policy, jitter: HALF_JITTER }, () => random)).toBe(expected);
  });

  it('stays within the jitter of the full delay', () => {
    fc.assert(
      fc.property(fc.nat(100), fc.double({ min: 0, max: 1, noNaN: true }), (retries, random) => {
        const fullMs = backOffMs(retries, policy);
        const ms = backOffMs(retries, { ...policy, jitter: { min: 0.8, max: 1.2 } }, () => random);
        expect(ms).toBeGreaterThanOrEqual(fullMs * 0.8 - 0.001);
        expect(ms).toBeLessThanOrEqual(fullMs * 1.2 + 0.001);
      }),
    );
  });
});

describe('BackOff', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  it('waits longer each time, and starts over after a reset', () => {
    const backOff = new BackOff(policy);
    expect([backOff.nextMs(), backOff.nextMs()]).toEqual([200, 400]);
    backOff.reset();
    expect(backOff.nextMs()).toBe(200);
  });

  it('ends its wait with the time or an abort', async () => {
    const stop = new AbortController();
    const backOff = new BackOff(policy);
    const first = backOff.wait(stop.signal);
    expect(await isSettled(first)).toBe(false);
    jest.advanceTimersByTime(200);
    await first;
    const second = backOff.wait(stop.signal);
    stop.abort();
    await second;
  });
});
