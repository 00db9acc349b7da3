import { describe, expect, it } from '@jest/globals';
import { abortable, untilAborted } from './abort.js';
import { isSettled } from './testing/is-settled.js';

const forever = new Promise<never>(() => undefined);

function countListeners(signal: AbortSignal): () => number {
  let count = 0;
  const { addEventListener, removeEventListener } = signal;
  signal.addEventListener = (...args: Parameters<typeof addEventListener>) => {
    count += 1;
    addEventListener.apply(signal, args);
  };
  signal.removeEventListener = (...args: Parameters<typeof removeEventListener>) => {
    count -= 1;
    removeEventListener.apply(signal, args);
  };
  return () => count;
}

describe('abortable', () => {
  it('settles as the work does, and leaves no listener behind', async () => {
    const { signal } = new AbortController();
    const listeners = countListeners(signal);
    expect(await abortable(Promise.resolve('done'), signal)).toBe('done');
    const failure = new Error('failed');
    await expect(abortable(Promise.reject(failure), signal)).rejects.toBe(failure);
    expect(listeners()).toBe(0);
  });

  it('rejects with the reason of an abort, before or during the wait', async () => {
    const stop = new AbortController();
    const waiting = abortable(forever, stop.signal);
    expect(await isSettled(waiting)).toBe(false);
    stop.abort('over');
    await expect(waiting).rejects.toBe('over');
    await expect(abortable(forever, stop.signal)).rejects.toBe('over');
  });

  it('handles a rejection that comes after the abort', async () => {
    const stop = new AbortController();
    let fail: (error: Error) => void = () => {};
    const waiting = abortable(new Promise<never>((_, reject) => (fail = reject)), stop.signal);
    stop.abort('over');
    await expect(waiting).rejects.toBe('over');
    fail(new Error('late'));
    // An unhandled rejection would fail the run.
    await isSettled(forever);
  });
});

describe('untilAborted', () => {
  it('returns when the work is done or the signal aborts, and rejects as the work does', async () => {
    const stop = new AbortController();
    const listeners = countListeners(stop.signal);
    await untilAborted(Promise.resolve('done'), stop.signal);
    await expect(untilAborted(Promise.reject(new Error('failed')), stop.signal)).rejects.toThrow('failed');
    expect(listeners()).toBe(0);
    const waiting = untilAborted(forever, stop.signal);
    expect(await isSettled(waiting)).toBe(false);
    stop.abort('over');
    await waiting;
    await untilAborted(forever, stop.signal);
  });
});
