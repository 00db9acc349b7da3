import { describe, expect, it } from '@jest/globals';
import { limitConcurrency } from './limit-concurrency.js';

describe('limitConcurrency', () => {
  const { signal } = new AbortController();

  it('runs no more calls at a time than allowed, and all of them in the end, failures included', async () => {
    let running = 0;
    let maxRunning = 0;
    const order: number[] = [];
    const limited = limitConcurrency(2, async (n: number) => {
      maxRunning = Math.max(maxRunning, ++running);
      order.push(n);
      await new Promise((resolve) => setImmediate(resolve));
      running--;
      if (n % 3 === 0) throw new Error(`no ${n}`);
      return n;
    });
    const results = await Promise.allSettled([1, 2, 3, 4, 5, 6, 7].map((n) => limited(n, signal)));
    expect(results.map(({ status }) => status === 'fulfilled')).toEqual([
      true,
      true,
      false,
      true,
      true,
      false,
      true,
    ]);
    expect(order).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(maxRunning).toBe(2);
    await expect(limited(8, signal)).resolves.toBe(8);
  });

  it('skips a call that was aborted while it waited', async () => {
    const begun: string[] = [];
    let end = () => {};
    const limited = limitConcurrency(1, async (name: string) => {
      begun.push(name);
      if (name === 'first') await new Promise<void>((resolve) => (end = resolve));
    });
    const impatient = new AbortController();
    const waiting = [limited('first', signal), limited('aborted', impatient.signal), limited('last', signal)];
    impatient.abort(new Error('too late'));
    end();
    const results = await Promise.allSettled(waiting);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(begun).toEqual(['first', 'last']);
  });
});
