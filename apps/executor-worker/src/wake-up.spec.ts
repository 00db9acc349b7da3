import { describe, expect, it } from '@jest/globals';
import { WakeUp } from './wake-up.js';

const never = new AbortController().signal;

describe('WakeUp', () => {
  it('wakes whoever waits', async () => {
    const wakeUp = new WakeUp();
    let woken = 0;
    const waiting = wakeUp.wait(never).then(() => woken++);
    await Promise.resolve();
    expect(woken).toBe(0);
    wakeUp.ring();
    await waiting;
    expect(woken).toBe(1);
  });

  it('wakes once for what happened before, however much that was', async () => {
    const wakeUp = new WakeUp();
    wakeUp.ring();
    wakeUp.ring();
    await wakeUp.wait(never);
    let woken = false;
    const waiting = wakeUp.wait(never).then(() => (woken = true));
    await new Promise((resolve) => setImmediate(resolve));
    expect(woken).toBe(false);
    wakeUp.ring();
    await waiting;
  });

  it('misses nothing that happens while the loop is at work', async () => {
    const wakeUp = new WakeUp();
    wakeUp.ring();
    await wakeUp.wait(never);
    wakeUp.ring();
    await wakeUp.wait(never);
  });

  it('throws the reason of the abort, before and while it waits, and leaves no listener behind', async () => {
    const stop = new AbortController();
    const wakeUp = new WakeUp();
    const waiting = wakeUp.wait(stop.signal);
    stop.abort('over');
    await expect(waiting).rejects.toBe('over');
    wakeUp.ring();
    await expect(wakeUp.wait(stop.signal)).rejects.toBe('over');
    await wakeUp.wait(never);
  });
});
