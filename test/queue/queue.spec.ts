import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { LOCK_DURATION_MS, type ConsumeOutcome } from '@app/queue';
import { until } from '../support/api-client.js';
import { freePort } from '../support/servers.js';
import { setUpQueue } from '../support/set-up-queue.js';
import { follow, succeeds, TestQueue } from '../support/test-queue.js';

const own = setUpQueue();

describe('ExecutionQueue', () => {
  it('creates one entry for any number of adds', async () => {
    const entries = own.queue.open();
    await entries.add([]);
    await Promise.all(Array.from({ length: 5 }, () => entries.add([1, 2])));
    expect(await entries.countWaiting()).toBe(2);
  });

  it('adds only missing entries, however they were lost', async () => {
    await own.queue.leaveBehind(3, 'completed');
    await own.queue.leaveBehind(4, 'failed');
    const entries = own.queue.open();
    await entries.add([1, 2]);
    own.queue.consume(async (id, _lease, signal) => {
      if (id === 2) return { kind: 'retry', inMs: 60_000 };
      await once(signal, 'abort');
      return { kind: 'done' };
    });
    await until(
      async () => (await own.queue.stateOf(1)) === 'active' && (await own.queue.stateOf(2)) === 'delayed',
      5_000,
    );
    await own.queue.pause();
    await entries.add([5]);
    expect(await Promise.all([1, 2, 3, 4, 5, 6].map((id) => own.queue.stateOf(id)))).toEqual([
      'active', 'delayed', 'completed', 'failed', 'waiting', 'unknown',
    ]); // prettier-ignore
    expect(await entries.addMissing([1, 2, 3, 4, 5, 6])).toBe(3);
    expect(await Promise.all([1, 2, 3, 4, 5, 6].map((id) => own.queue.stateOf(id)))).toEqual([
      'active', 'delayed', 'waiting', 'waiting', 'waiting', 'waiting',
    ]); // prettier-ignore
    expect(await entries.addMissing([1, 2, 3, 4, 5, 6])).toBe(0);
  }, 20_000);

  it('finds missing entries without scanning a list', async () => {
    const entries = own.queue.open();
    const ids = Array.from({ length: 500 }, (_, i) => i + 1);
    await entries.add(ids);
    const client = new Redis(`redis://${own.redis.address}`);
    await client.config('RESETSTAT');
    expect(await entries.addMissing([...ids, 501])).toBe(1);
    const stats = await client.info('commandstats');
    await client.quit();
    expect(stats).toContain('cmdstat_zscore:calls=1002,');
    expect(stats).not.toMatch(/cmdstat_(lpos|lrange|lrem):/);
  });

  it('fails within seconds while Redis is unavailable, even when a process starts', async () => {
    const entries = own.queue.open({ port: await freePort() });
    const at = performance.now();
    await expect(entries.add([1])).rejects.toThrow('not connected');
    await expect(entries.addMissing([1])).rejects.toThrow('not connected');
    await expect(entries.countWaiting()).rejects.toThrow('not connected');
    await expect(entries.mayHaveLostEntries()).rejects.toThrow();
    await expect(entries.ping()).rejects.toThrow();
    expect(performance.now() - at).toBeLessThan(3_000);
  });

  it('detects that Redis may have lost entries', async () => {
    const entries = own.queue.open();
    await entries.add([1]);
    expect(await entries.mayHaveLostEntries()).toBe(true);
    await entries.markFullPass(await entries.readRunId());
    expect(await entries.mayHaveLostEntries()).toBe(false);
    await own.redis.stop();
    await own.redis.start();
    await until(() => succeeds(entries.ping()), 5_000);
    expect(await entries.mayHaveLostEntries()).toBe(true);
    await entries.markFullPass(await entries.readRunId());
    await own.queue.flushAll();
    expect(await entries.mayHaveLostEntries()).toBe(true);
  }, 20_000);

  it('belongs to one installation: another one on the same Redis does not see it', async () => {
    const other = new TestQueue(own.redis);
    await other.open().add([1]);
    const seen: number[] = [];
    own.queue.consume(follow((id) => seen.push(id)));
    await own.queue.open().add([2]);
    await until(() => seen.length > 0, 5_000);
    await sleep(300);
    expect(seen).toEqual([2]);
    expect(await other.stateOf(1)).toBe('waiting');
    await other.close();
  });
});

describe('ExecutionConsumer', () => {
  it('hands everything over within two seconds when it stops', async () => {
    const ids = Array.from({ length: 30 }, (_, i) => i + 1);
    const first = new Set<number>();
    const leaving = own.queue.consume(
      follow((id) => first.add(id)),
      50,
    );
    await own.queue.open().add(ids);
    await until(() => first.size === 30, 10_000);
    const second = new Set<number>();
    own.queue.consume(
      follow((id) => second.add(id)),
      50,
    );
    await sleep(500);
    const at = performance.now();
    const stopped = leaving.stop();
    await until(() => second.size === 30, 10_000);
    expect(performance.now() - at).toBeLessThan(2_000);
    await stopped;
    expect(performance.now() - at).toBeLessThan(4_000);
    expect(leaving.size).toBe(0);
  }, 30_000);

  it('handles the first entry before it has fetched the rest, and fetches no more than there is room for', async () => {
    const ids = Array.from({ length: 2_000 }, (_, i) => i + 1);
    const entries = own.queue.open();
    await entries.add(ids);
    const seen = new Set<number>();
    const waiting: Promise<number>[] = [];
    const consumer = own.queue.consume(
      follow((id) => {
        if (seen.size === 0) waiting.push(entries.countWaiting());
        seen.add(id);
      }),
      1_990,
    );
    await until(() => seen.size === 1_990, 20_000);
    expect((await Promise.all(waiting))[0]).toBeGreaterThan(1_000);
    expect([consumer.size, await entries.countWaiting()]).toEqual([1_990, 10]);
  }, 40_000);

  it('knows for how long its lock is certain to live', async () => {
    const left: number[] = [];
    own.queue.consume(async (_id, lease) => {
      left.push(lease.leftMs());
      await sleep(300);
      left.push(lease.leftMs());
      await lease.renew();
      left.push(lease.leftMs());
      return { kind: 'done' };
    });
    await own.queue.open().add([1]);
    await until(() => left.length === 3, 5_000);
    const [first, later, renewed] = left as [number, number, number];
    expect(first).toBeLessThanOrEqual(LOCK_DURATION_MS);
    expect(later).toBeLessThan(first - 250);
    expect(renewed).toBeGreaterThan(later);
  }, 20_000);

  it('delivers again after the requested delay', async () => {
    const times: number[] = [];
    own.queue.consume(async (): Promise<ConsumeOutcome> => {
      times.push(performance.now());
      return times.length < 3 ? { kind: 'retry', inMs: 700 } : { kind: 'done' };
    });
    await own.queue.open().add([1]);
    await until(() => times.length === 3, 10_000);
    const gaps = times.slice(1).map((time, i) => time - (times[i] ?? 0));
    for (const gap of gaps) {
      expect(gap).toBeGreaterThan(650);
      expect(gap).toBeLessThan(3_000);
    }
    await until(async () => (await own.queue.stateOf(1)) === 'unknown', 10_000);
  }, 20_000);

  it('delivers again after its handler threw, instead of failing the entry', async () => {
    let deliveries = 0;
    own.queue.consume(async () => {
      if (++deliveries < 4) throw new Error('a bug');
      return { kind: 'done' };
    });
    await own.queue.open().add([1]);
    await until(() => deliveries === 4, 10_000);
    await until(async () => (await own.queue.stateOf(1)) === 'unknown', 10_000);
  }, 20_000);

  it('stops the handler when its lease was lost', async () => {
    const reasons: unknown[] = [];
    const consumer = own.queue.consume(
      follow((_id, signal) => signal.addEventListener('abort', () => reasons.push(signal.reason))),
    );
    await own.queue.open().add([1]);
    await until(() => consumer.size === 1, 5_000);
    await own.queue.flushAll();
    await until(() => reasons.length > 0, 8_000);
    expect(reasons).toEqual(['lease_lost']);
    await until(() => consumer.size === 0, 10_000);
  }, 20_000);

  it('continues after a short outage of Redis', async () => {
    const seen: number[] = [];
    let isAborted = false;
    own.queue.consume(
      follow((id, signal) => {
        seen.push(id);
        signal.addEventListener('abort', () => (isAborted = true));
      }),
    );
    const entries = own.queue.open();
    await entries.add([1]);
    await until(() => seen.length === 1, 5_000);
    await own.redis.stop();
    await sleep(1_000);
    await own.redis.start();
    await until(() => succeeds(entries.add([2])), 5_000);
    await until(() => seen.includes(2), 10_000);
    await sleep(LOCK_DURATION_MS / 2);
    expect({ seen, isAborted }).toEqual({ seen: [1, 2], isAborted: false });
  }, 40_000);
});
