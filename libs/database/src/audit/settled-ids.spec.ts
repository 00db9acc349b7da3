import { describe, expect, it } from '@jest/globals';
import { SettledIds } from './settled-ids.js';

describe('SettledIds', () => {
  it('settles every id at once if no transaction is writing', () => {
    expect(new SettledIds().observe({ lastId: 7n, writers: [] })).toBe(7n);
  });

  it('settles the ids of a moment when every transaction of that moment has ended', () => {
    const ids = new SettledIds();
    const seen = [
      ids.observe({ lastId: 7n, writers: ['3/1', '4/1'] }),
      ids.observe({ lastId: 9n, writers: ['4/1', '5/1'] }),
      ids.observe({ lastId: 11n, writers: ['5/1', '3/2'] }),
      ids.observe({ lastId: 12n, writers: ['3/2'] }),
      ids.observe({ lastId: 13n, writers: ['6/1'] }),
    ];
    expect(seen).toEqual([0n, 0n, 7n, 7n, 11n]);
  });

  it('waits for one transaction for as long as it takes', () => {
    const ids = new SettledIds();
    for (let n = 1; n < 50; n++) {
      expect(ids.observe({ lastId: BigInt(n), writers: ['3/1', `4/${n}`] })).toBe(0n);
    }
    expect(ids.observe({ lastId: 50n, writers: ['4/50'] })).toBe(1n);
    expect(ids.observe({ lastId: 51n, writers: [] })).toBe(51n);
  });
});
