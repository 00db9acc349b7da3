import { describe, expect, it } from '@jest/globals';
import { fewAtOnce } from './few-at-once.js';

describe('fewAtOnce', () => {
  const { signal } = new AbortController();

  it('runs no more than it may, and everything in the end, failures too', async () => {
    let running = 0;
    let most = 0;
    const order: number[] = [];
    const limited = fewAtOnce(2, async (n: number) => {
      most = Math.max(most, ++running);
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
    expect(most).toBe(2);
    await expect(limited(8, signal)).resolves.toBe(8);
  });

  it('passes over what was aborted while it waited', async () => {
    const begun: string[] = [];
    let end = () => {};
    const limited = fewAtOnce(1, async (name: string) => {
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
