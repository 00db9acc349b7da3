import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { isSettled } from './testing/is-settled.js';
import { withTimeout } from './with-timeout.js';

const forever = new Promise<never>(() => undefined);

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

describe('withTimeout', () => {
  it('settles as the work does, and leaves no timer behind', async () => {
    expect(await withTimeout(Promise.resolve('done'), 1_000, () => 'late')).toBe('done');
    const failure = new Error('failed');
    await expect(withTimeout(Promise.reject(failure), 1_000, () => 'late')).rejects.toBe(failure);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('settles with what onTimeout returns or throws', async () => {
    const waiting = withTimeout(forever, 1_000, () => 'late');
    const failing = withTimeout(forever, 1_000, () => {
      throw new Error('not within 1 s');
    });
    jest.advanceTimersByTime(999);
    expect(await isSettled(waiting)).toBe(false);
    jest.advanceTimersByTime(1);
    expect(await waiting).toBe('late');
    await expect(failing).rejects.toThrow('not within 1 s');
  });

  it('handles a rejection that comes after the timeout', async () => {
    let fail: (error: Error) => void = () => {};
    const waiting = withTimeout(new Promise<never>((_, reject) => (fail = reject)), 1_000, () => 'late');
    jest.advanceTimersByTime(1_000);
    expect(await waiting).toBe('late');
    fail(new Error('too late'));
    // An unhandled rejection would fail the run.
    await isSettled(forever);
  });

  it('keeps the process running unless unref is set', () => {
    const timers = jest.spyOn(globalThis, 'setTimeout');
    void withTimeout(forever, 1_000, () => undefined);
    void withTimeout(forever, 1_000, () => undefined, { unref: true });
    expect(timers.mock.results.map(({ value }) => (value as NodeJS.Timeout).hasRef())).toEqual([true, false]);
    timers.mockRestore();
  });
});
