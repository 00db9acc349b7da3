import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { LookupLane } from './lookup-lane.js';

/** A lane of lookups that end when `endFirst` is called, and which of them have started. */
function setUp(maxRunning: number, maxWaiting: number) {
  const lane = new LookupLane({ maxRunning, maxWaiting });
  const started: string[] = [];
  const running: (() => void)[] = [];
  const ask = (address: string, name: string) =>
    lane.run(address, () => {
      started.push(name);
      return new Promise<string>((resolve) => running.push(() => resolve(name)));
    });
  const endFirst = async () => {
    running.shift()?.();
    await turn();
  };
  return { lane, started, running, ask, endFirst };
}

describe('LookupLane', () => {
  it('runs a few at a time, and all in the end', async () => {
    const { started, running, ask, endFirst } = setUp(2, 10);
    const all = Promise.all(['1', '2', '3', '4', '5'].map((name) => ask('here', name)));
    expect(started).toEqual(['1', '2']);
    while (running.length > 0) {
      expect(running.length).toBeLessThanOrEqual(2);
      await endFirst();
    }
    expect(await all).toEqual(['1', '2', '3', '4', '5']);
  });

  it('lets addresses take turns', async () => {
    const { started, running, ask, endFirst } = setUp(1, 10);
    const all = [
      ...['a1', 'a2', 'a3', 'a4'].map((name) => ask('a', name)),
      ask('b', 'b1'),
      ask('c', 'c1'),
      ask('c', 'c2'),
    ];
    while (running.length > 0) await endFirst();
    await Promise.all(all);
    expect(started).toEqual(['a1', 'a2', 'b1', 'c1', 'a3', 'c2', 'a4']);
  });

  it('refuses the latest of the address that has most waiting once it is full', async () => {
    const { started, running, ask, endFirst } = setUp(1, 3);
    const flood = ['a1', 'a2', 'a3', 'a4'].map((name) => ask('a', name));
    const other = ask('b', 'b1');
    await expect(flood[3]).rejects.toMatchObject({ code: 'too_many_requests' });
    while (running.length > 0) await endFirst();
    expect(await other).toBe('b1');
    expect(started).toEqual(['a1', 'a2', 'b1', 'a3']);
  });

  it('goes on after a lookup that fails', async () => {
    const lane = new LookupLane({ maxRunning: 1, maxWaiting: 1 });
    const failing = lane.run('a', () => Promise.reject(new Error('away')));
    const next = lane.run('a', async () => 'found');
    await expect(failing).rejects.toThrow('away');
    expect(await next).toBe('found');
    expect(await lane.run('b', async () => 'idle again')).toBe('idle again');
  });
});
