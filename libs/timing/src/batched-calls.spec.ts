import { describe, expect, it } from '@jest/globals';
import { ALONE, BatchedCalls, type BatchOptions } from './batched-calls.js';

interface Entry {
  key: string;
  n: number;
}

class Outage extends Error {}

/** Batches whose end the test decides. */
function open(changes: Partial<BatchOptions<Entry, string>> = {}) {
  const batches: { entries: number[]; end(error?: Error): void }[] = [];
  const calls = new BatchedCalls<Entry, string>({
    keyOf: ({ key }) => key,
    isOutage: (error) => error instanceof Outage,
    minIntervalMs: 0,
    maxEntries: 100,
    run: (batch) =>
      new Promise((resolve, reject) => {
        batches.push({
          entries: batch.map(({ n }) => n),
          end: (error) => (error ? reject(error) : resolve(batch.map(({ n }) => `done ${n}`))),
        });
      }),
    ...changes,
  });
  const call = (n: number, key = `key-${n}`) => calls.call({ key, n });
  return { call, batches };
}

/** Lets everything run that waits for nothing outside. */
const settle = () => new Promise((resolve) => setTimeout(resolve, 5));
const entriesOf = (batches: readonly { entries: number[] }[]) => batches.map(({ entries }) => entries);

describe('BatchedCalls', () => {
  it('runs the first call at once, and together those that come meanwhile', async () => {
    const { call, batches } = open();
    const first = call(1);
    await Promise.resolve();
    expect(entriesOf(batches)).toEqual([[1]]);
    const rest = [call(2), call(3)];
    await settle();
    expect(batches).toHaveLength(1);
    batches[0]!.end();
    expect(await first).toBe('done 1');
    await settle();
    expect(entriesOf(batches)).toEqual([[1], [2, 3]]);
    batches[1]!.end();
    expect(await Promise.all(rest)).toEqual(['done 2', 'done 3']);
  });

  it('keeps an interval between the starts of batches', async () => {
    const startedAtMs: number[] = [];
    const { call } = open({
      minIntervalMs: 40,
      run: async (batch) => {
        startedAtMs.push(performance.now());
        return batch.map(() => '');
      },
    });
    await call(1);
    await Promise.all([call(2), call(3)]);
    expect(startedAtMs).toHaveLength(2);
    expect(startedAtMs[1]! - startedAtMs[0]!).toBeGreaterThan(35);
  });

  it('puts at most one entry of a key in a batch, in the order of the calls', async () => {
    const { call, batches } = open();
    const calls = [call(1, 'a'), call(2, 'a'), call(3, 'b'), call(4, 'a')];
    for (const at of [0, 1, 2]) {
      await settle();
      batches[at]!.end();
    }
    await Promise.all(calls);
    expect(entriesOf(batches)).toEqual([[1, 3], [2], [4]]);
  });

  it('limits a batch', async () => {
    const { call, batches } = open({ maxEntries: 2 });
    const calls = [call(1), call(2), call(3, 'key-1')];
    await settle();
    batches[0]!.end();
    await settle();
    batches[1]!.end();
    await Promise.all(calls);
    expect(entriesOf(batches)).toEqual([[1, 2], [3]]);
  });

  it('runs each entry alone if the batch fails, so that one cannot fail others', async () => {
    const { call, batches } = open();
    const calls = [call(1), call(2), call(3, 'key-1')];
    const outcomes = Promise.allSettled(calls);
    await settle();
    batches[0]!.end(new Error('refused'));
    await settle();
    // The third waits for the first, which has its key.
    expect(entriesOf(batches)).toEqual([[1, 2], [1], [2]]);
    batches[2]!.end(new Error('2 is refused'));
    batches[1]!.end();
    await settle();
    batches[3]!.end();
    expect((await outcomes).map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  });

  it('fails all calls of the batch in an outage, for the callers to repeat', async () => {
    const { call, batches } = open();
    const outcomes = Promise.allSettled([call(1), call(2)]);
    await settle();
    batches[0]!.end(new Outage());
    expect((await outcomes).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    const again = call(1);
    await settle();
    batches[1]!.end();
    expect(await again).toBe('done 1');
  });

  it('does not hold up others for an entry that must run alone', async () => {
    const runs: number[][] = [];
    let endAlone = (): void => undefined;
    const { call } = open({
      run: async (batch) => {
        runs.push(batch.map(({ n }) => n));
        if (batch.length > 1) return batch.map(({ n }) => (n === 2 ? ALONE : `done ${n}`));
        if (batch[0]?.n === 2) await new Promise<void>((resolve) => (endAlone = resolve));
        return [`done ${batch[0]?.n}`];
      },
    });
    const slow = call(2);
    const later = [call(1), call(3, 'key-2')];
    expect(await later[0]).toBe('done 1');
    expect(await call(4)).toBe('done 4');
    expect(runs).toEqual([[2, 1], [2], [4]]);
    endAlone();
    expect(await Promise.all([slow, later[1]])).toEqual(['done 2', 'done 3']);
  });
});
