import { describe, expect, it } from '@jest/globals';
import { fewAtOnce } from './few-at-once.js';

describe('fewAtOnce', () => {
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
    const results = await Promise.allSettled([1, 2, 3, 4, 5, 6, 7].map((n) => limited(n)));
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
    await expect(limited(8)).resolves.toBe(8);
  });
});
