import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { RecentValue } from './recent-value.js';

let nowMs: number;
let reads: { resolve: (value: number) => void; reject: (error: Error) => void }[];
let value: RecentValue<number>;

beforeEach(() => {
  jest.useFakeTimers();
  nowMs = 0;
  reads = [];
  const read = () => new Promise<number>((resolve, reject) => reads.push({ resolve, reject }));
  value = new RecentValue(read, { maxAgeMs: 5_000, waitMs: 1_000, now: () => nowMs });
});
afterEach(() => {
  jest.useRealTimers();
});

async function readAs(answer: number): Promise<number | null> {
  const got = value.get();
  reads.at(-1)?.resolve(answer);
  return got;
}

describe('RecentValue', () => {
  it('reads once for all who ask within its age', async () => {
    expect(await readAs(1)).toBe(1);
    nowMs = 4_999;
    expect(await Promise.all([value.get(), value.get()])).toEqual([1, 1]);
    expect(reads).toHaveLength(1);
    nowMs = 5_000;
    expect(await readAs(2)).toBe(2);
  });

  it('says that it does not know after a failure, and does not try at once again', async () => {
    const got = value.get();
    reads[0]?.reject(new Error('away'));
    expect(await got).toBeNull();
    expect(await value.get()).toBeNull();
    expect(reads).toHaveLength(1);
    nowMs = 5_000;
    expect(await readAs(3)).toBe(3);
  });

  it('returns null when a read hangs, and starts no second read meanwhile', async () => {
    const [first, second] = [value.get(), value.get()];
    await jest.advanceTimersByTimeAsync(1_000);
    expect(await Promise.all([first, second])).toEqual([null, null]);
    nowMs = 60_000;
    const third = value.get();
    expect(reads).toHaveLength(1);
    reads[0]?.resolve(4);
    expect(await third).toBe(4);
  });
});
