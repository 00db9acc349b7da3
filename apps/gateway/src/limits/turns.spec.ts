import { describe, expect, it } from '@jest/globals';
import { setImmediate } from 'node:timers/promises';
import { Turns } from './turns.js';

describe('Turns', () => {
  it('lets others run between two turns that begin together', async () => {
    const turns = new Turns();
    const order: string[] = [];
    const large = [1, 2, 3].map(async (n) => {
      await turns.next();
      order.push(`large ${n}`);
    });
    const other = (async () => {
      for (let n = 1; n <= 3; n++) {
        await setImmediate();
        order.push(`other ${n}`);
      }
    })();
    await Promise.all([...large, other]);
    expect(order.indexOf('other 1')).toBeLessThan(order.indexOf('large 2'));
    expect(order.indexOf('other 2')).toBeLessThan(order.indexOf('large 3'));
  });
});
