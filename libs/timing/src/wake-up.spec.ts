import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { isSettled } from './testing/is-settled.js';
import { WakeUp } from './wake-up.js';

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

describe('WakeUp', () => {
  it('wakes the loop that waits', async () => {
    const wakeUp = new WakeUp();
    const waiting = wakeUp.wait();
    expect(await isSettled(waiting)).toBe(false);
    wakeUp.ring();
    await waiting;
  });

  it('wakes once for the rings before the wait, however many there were', async () => {
    const wakeUp = new WakeUp();
    wakeUp.ring();
    wakeUp.ring();
    await wakeUp.wait();
    expect(await isSettled(wakeUp.wait())).toBe(false);
  });

  it('misses no ring while the loop is at work', async () => {
    const wakeUp = new WakeUp();
    wakeUp.ring();
    await wakeUp.wait();
    wakeUp.ring();
    await wakeUp.wait();
  });

  it('throws the reason of an abort, before and during the wait, and leaves no listener behind', async () => {
    const stop = new AbortController();
    const wakeUp = new WakeUp();
    const waiting = wakeUp.wait({ signal: stop.signal });
    stop.abort('over');
    await expect(waiting).rejects.toBe('over');
    wakeUp.ring();
    await expect(wakeUp.wait({ signal: stop.signal })).rejects.toBe('over');
    await wakeUp.wait();
  });

  it('waits until its time is over or it rings, and leaves no timer behind', async () => {
    const wakeUp = new WakeUp();
    const first = wakeUp.wait({ maxMs: 1_000 });
    expect(await isSettled(first)).toBe(false);
    jest.advanceTimersByTime(1_000);
    await first;
    const second = wakeUp.wait({ maxMs: 1_000 });
    wakeUp.ring();
    await second;
    wakeUp.ring();
    await wakeUp.wait({ maxMs: 1_000 });
    expect(jest.getTimerCount()).toBe(0);
    expect(await isSettled(wakeUp.wait({ maxMs: 1_000 }))).toBe(false);
    expect(jest.getTimerCount()).toBe(1);
  });
});
