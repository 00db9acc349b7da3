import { describe, expect, it } from '@jest/globals';
import { setImmediate } from 'node:timers/promises';
import { Turns } from './turns.js';

/** Notes `other N` in each of the next rounds of the event loop. */
async function countRounds(order: string[], rounds: number): Promise<void> {
  for (let n = 1; n <= rounds; n++) {
    await setImmediate();
    order.push(`other ${n}`);
  }
}

describe('Turns', () => {
  it('lets others run between two turns that begin together', async () => {
    const turns = new Turns({ together: 1, quietRoundMs: 1_000, patienceMs: 1_000 });
    const order: string[] = [];
    const large = [1, 2, 3].map(async (n) => {
      await turns.next();
      order.push(`large ${n}`);
    });
    await Promise.all([...large, countRounds(order, 9)]);
    expect(order.indexOf('other 1')).toBeLessThan(order.indexOf('large 1'));
    expect(order.indexOf('other 3')).toBeLessThan(order.indexOf('large 2'));
    expect(order.indexOf('other 5')).toBeLessThan(order.indexOf('large 3'));
    expect(order).toHaveLength(12);
  });

  it('waits while others keep the loop busy, but not for ever', async () => {
    let ms = 0;
    const turns = new Turns({ together: 1, quietRoundMs: 0.5, patienceMs: 10 }, () => (ms += 1));
    const order: string[] = [];
    const large = turns.next().then(() => order.push('large'));
    await Promise.all([large, countRounds(order, 20)]);
    expect(order.indexOf('large')).toBeGreaterThan(order.indexOf('other 8'));
    expect(order.indexOf('large')).toBeLessThan(order.indexOf('other 12'));
  });

  it('lets as many go together as it is told', async () => {
    const turns = new Turns({ together: 2, quietRoundMs: Infinity, patienceMs: 0 });
    const order: string[] = [];
    const reads = [1, 2, 3].map((n) => turns.next().then(() => order.push(`read ${n}`)));
    await Promise.all([...reads, countRounds(order, 4)]);
    expect(order.indexOf('read 2')).toBe(order.indexOf('read 1') + 1);
    expect(order.slice(order.indexOf('read 2'), order.indexOf('read 3'))).toContain('other 2');
  });
});
