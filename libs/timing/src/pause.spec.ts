import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { pause, pauseQuietly } from './pause.js';
import { isSettled } from './testing/is-settled.js';

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

describe.each([
  ['pause', pause],
  ['pauseQuietly', pauseQuietly],
])('%s', (_name, wait) => {
  it('ends when its time is over', async () => {
    const waiting = wait(1_000, new AbortController().signal);
    jest.advanceTimersByTime(999);
    expect(await isSettled(waiting)).toBe(false);
    jest.advanceTimersByTime(1);
    await waiting;
  });

  it.each([0, -1])('needs no timer for %i ms', async (delayMs) => {
    await wait(delayMs);
    expect(jest.getTimerCount()).toBe(0);
  });
});

/** A wait of a minute whose signal aborts at once. */
function abortedWait(wait: typeof pause) {
  const stop = new AbortController();
  const waiting = wait(60_000, stop.signal);
  stop.abort('over');
  return { waiting, aborted: stop.signal };
}

describe('pause', () => {
  it('throws the reason of an abort, before or during the wait, and leaves no timer behind', async () => {
    const { waiting, aborted } = abortedWait(pause);
    await expect(waiting).rejects.toBe('over');
    await expect(pause(60_000, aborted)).rejects.toBe('over');
    await expect(pause(0, aborted)).rejects.toBe('over');
    expect(jest.getTimerCount()).toBe(0);
  });
});

describe('pauseQuietly', () => {
  it('ends without an error when the signal aborts, and leaves no timer behind', async () => {
    const { waiting, aborted } = abortedWait(pauseQuietly);
    await waiting;
    await pauseQuietly(60_000, aborted);
    expect(jest.getTimerCount()).toBe(0);
  });
});
