import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Queue, Worker, type Job } from 'bullmq';
import { Redis } from 'ioredis';
import {
  ExecutionConsumer,
  ExecutionQueue,
  LOCK_DURATION_MS,
  STALLED_INTERVAL_MS,
  type ConsumeOutcome,
  type ConsumeOptions,
  type RedisSettings,
} from '@app/queue';
import { until } from './support/api-client.js';
import { freePort, startOwnRedis, type OwnRedis } from './support/servers.js';

let redis: OwnRedis;
let settings: RedisSettings;
let installationId: string;
const cleanUps: (() => unknown)[] = [];

beforeAll(async () => {
  redis = await startOwnRedis();
  settings = { host: '127.0.0.1', port: redis.port, password: undefined };
}, 30_000);
afterAll(() => redis?.remove(), 30_000);
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
}, 30_000);

function openQueue(to = settings): ExecutionQueue {
  const queue = new ExecutionQueue(to, installationId, () => undefined);
  cleanUps.push(() => queue.close());
  return queue;
}

function consume(handle: ConsumeOptions['handle'], more: Partial<ConsumeOptions> = {}): ExecutionConsumer {
  const onError = () => undefined;
  const consumer = new ExecutionConsumer({ redis: settings, installationId, concurrency: 10, handle, onError, ...more });
  cleanUps.push(() => consumer.stop());
  return consumer;
}

/** Follows until it is told to stop, and hands over then. */
const follow =
  (seen: (id: number, signal: AbortSignal) => void): ConsumeOptions['handle'] =>
  async (id, _lease, signal) => {
    seen(id, signal);
    if (!signal.aborted) await once(signal, 'abort');
    return { kind: signal.reason === 'hand_over' ? 'hand_over' : 'done' };
  };

async function command<T>(run: (client: Redis) => Promise<T>): Promise<T> {
  const client = new Redis(redis.port, '127.0.0.1');
  try {
    return await run(client);
  } finally {
    client.disconnect();
  }
}

/** What BullMQ itself says of the entries. */
async function inspect<T>(look: (queue: Queue) => Promise<T>): Promise<T> {
  const queue = new Queue('executions', { connection: { ...settings }, prefix: `proctor-${installationId}` });
  try {
    return await look(queue);
  } finally {
    await queue.close();
  }
}

const newInstallation = () => (installationId = randomBytes(4).toString('hex'));

describe('putting executions into the queue', () => {
  it('makes one entry of any number of adds', async () => {
    newInstallation();
    const queue = openQueue();
    await queue.add([]);
    await Promise.all(Array.from({ length: 5 }, () => queue.add([1, 2])));
    expect(await queue.countWaiting()).toBe(2);
  });

  it('adds what is missing only, whatever became of the entry', async () => {
    newInstallation();
    const queue = openQueue();
    await queue.add([1, 2]);
    consume(async (id, _lease, signal) => {
      if (id === 2) return { kind: 'retry', inMs: 60_000 };
      await once(signal, 'abort');
      return { kind: 'done' };
    }, { concurrency: 2 }); // prettier-ignore
    await until(async () => (await stateOf(1)) === 'active' && (await stateOf(2)) === 'delayed', 5_000);
    await leaveBehind(3, 'completed');
    await leaveBehind(4, 'failed');
    await inspect((raw) => raw.pause());
    await queue.add([5]);
    expect(await Promise.all([1, 2, 3, 4, 5, 6].map(stateOf))).toEqual([
      'active', 'delayed', 'completed', 'failed', 'waiting', 'unknown',
    ]); // prettier-ignore
    expect(await queue.addMissing([1, 2, 3, 4, 5, 6])).toBe(3);
    expect(await Promise.all([1, 2, 3, 4, 5, 6].map(stateOf))).toEqual([
      'active', 'delayed', 'waiting', 'waiting', 'waiting', 'waiting',
    ]); // prettier-ignore
    expect(await queue.addMissing([1, 2, 3, 4, 5, 6])).toBe(0);
  }, 20_000);

  it('fails within seconds while Redis is away, also at the start of a process', async () => {
    newInstallation();
    const queue = openQueue({ ...settings, port: await freePort() });
    const at = performance.now();
    await expect(queue.add([1])).rejects.toThrow('not connected');
    await expect(queue.addMissing([1])).rejects.toThrow('not connected');
    await expect(queue.countWaiting()).rejects.toThrow('not connected');
    await expect(queue.mayHaveLostEntries()).rejects.toThrow();
    await expect(queue.ping()).rejects.toThrow();
    expect(performance.now() - at).toBeLessThan(3_000);
  });

  it('knows when Redis may have lost entries', async () => {
    newInstallation();
    const queue = openQueue();
    await queue.add([1]);
    expect(await queue.mayHaveLostEntries()).toBe(true);
    await queue.markFullPass(await queue.readRunId());
    expect(await queue.mayHaveLostEntries()).toBe(false);
    await redis.stop();
    await redis.start();
    await until(() => queue.ping().then(() => true, () => false), 5_000);
    expect(await queue.mayHaveLostEntries()).toBe(true);
    await queue.markFullPass(await queue.readRunId());
    await command((client) => client.flushall());
    expect(await queue.mayHaveLostEntries()).toBe(true);
  }, 20_000);

  it('is of one installation: another one on the same Redis sees nothing of it', async () => {
    newInstallation();
    await openQueue().add([1]);
    newInstallation();
    const seen: number[] = [];
    consume(follow((id) => seen.push(id)));
    await openQueue().add([2]);
    await until(() => seen.length > 0, 5_000);
    await sleep(300);
    expect(seen).toEqual([2]);
  });
});

describe('consuming executions', () => {
  it('hands everything over within two seconds when it stops', async () => {
    newInstallation();
    const ids = Array.from({ length: 30 }, (_, i) => i + 1);
    const first = new Set<number>();
    const leaving = consume(follow((id) => first.add(id)), { concurrency: 50 });
    await openQueue().add(ids);
    await until(() => first.size === 30, 10_000);
    const second = new Set<number>();
    consume(follow((id) => second.add(id)), { concurrency: 50 });
    await sleep(500);
    const at = performance.now();
    const stopped = leaving.stop();
    await until(() => second.size === 30, 10_000);
    expect(performance.now() - at).toBeLessThan(2_000);
    await stopped;
    expect(performance.now() - at).toBeLessThan(4_000);
    expect(leaving.size).toBe(0);
  }, 30_000);

  it('delivers again what a process left behind that was killed', async () => {
    newInstallation();
    const script = `
      const { Worker } = await import('bullmq');
      new Worker('executions', () => { console.log('taken'); return new Promise(() => {}); }, {
        connection: { host: '127.0.0.1', port: ${redis.port} }, prefix: 'proctor-${installationId}',
        lockDuration: ${LOCK_DURATION_MS}, stalledInterval: ${STALLED_INTERVAL_MS} });`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
    cleanUps.push(() => child.kill('SIGKILL'));
    await openQueue().add([1]);
    await once(child.stdout, 'data');
    const seen: number[] = [];
    consume(follow((id) => seen.push(id)));
    child.kill('SIGKILL');
    const at = performance.now();
    await until(() => seen.length > 0, 25_000);
    expect(seen).toEqual([1]);
    expect(performance.now() - at).toBeLessThan(25_000);
  }, 40_000);

  it('stops the first of two deliveries to one process, waits for it, and keeps the lock of the second', async () => {
    newInstallation();
    const events: string[] = [];
    let deliveries = 0;
    consume(async (_id, lease, signal) => {
      const n = ++deliveries;
      events.push(`begin ${n}`);
      await once(signal, 'abort');
      events.push(`${String(signal.reason)} ${n}, renewed: ${await lease.renew()}`);
      await sleep(500);
      events.push(`end ${n}`);
      return signal.reason === 'hand_over' ? { kind: 'hand_over' } : { kind: 'done' };
    });
    const queue = openQueue();
    await queue.add([1]);
    await until(() => deliveries === 1, 5_000);
    await command((client) => client.flushall());
    // The sweep of another process has seen it at once.
    await queue.add([1]);
    await until(() => deliveries === 2, 10_000);
    await sleep(LOCK_DURATION_MS + 3_000);
    expect(events).toEqual(['begin 1', 'lease_lost 1, renewed: false', 'end 1', 'begin 2']);
    expect(await stateOf(1)).toBe('active');
  }, 40_000);

  it('tells the follower when its lease was lost', async () => {
    newInstallation();
    const reasons: unknown[] = [];
    const consumer = consume(
      follow((_id, signal) => signal.addEventListener('abort', () => reasons.push(signal.reason))),
    );
    await openQueue().add([1]);
    await until(() => consumer.size === 1, 5_000);
    await command((client) => client.flushall());
    await until(() => reasons.length > 0, 8_000);
    expect(reasons).toEqual(['lease_lost']);
    await until(() => consumer.size === 0, 1_000);
  }, 20_000);

  it('delivers again after the time that was asked for', async () => {
    newInstallation();
    const times: number[] = [];
    consume(async (): Promise<ConsumeOutcome> => {
      times.push(performance.now());
      return times.length < 3 ? { kind: 'retry', inMs: 700 } : { kind: 'done' };
    });
    await openQueue().add([1]);
    await until(() => times.length === 3, 10_000);
    const gaps = times.slice(1).map((time, i) => time - (times[i] ?? 0));
    for (const gap of gaps) {
      expect(gap).toBeGreaterThan(650);
      expect(gap).toBeLessThan(3_000);
    }
    await until(async () => (await stateOf(1)) === 'unknown', 2_000);
  }, 20_000);

  it('delivers again what its handler threw at, instead of giving it up', async () => {
    newInstallation();
    let deliveries = 0;
    consume(async () => {
      if (++deliveries < 4) throw new Error('a bug');
      return { kind: 'done' };
    });
    await openQueue().add([1]);
    await until(() => deliveries === 4, 10_000);
    await until(async () => (await stateOf(1)) === 'unknown', 2_000);
  }, 20_000);

  it('goes on when Redis was away for a moment', async () => {
    newInstallation();
    const seen: number[] = [];
    let isAborted = false;
    consume(
      follow((id, signal) => {
        seen.push(id);
        signal.addEventListener('abort', () => (isAborted = true));
      }),
    );
    const queue = openQueue();
    await queue.add([1]);
    await until(() => seen.length === 1, 5_000);
    await redis.stop();
    await sleep(1_000);
    await redis.start();
    await until(() => queue.add([2]).then(() => true, () => false), 5_000);
    await until(() => seen.includes(2), 10_000);
    await sleep(LOCK_DURATION_MS / 2);
    expect({ seen, isAborted }).toEqual({ seen: [1, 2], isAborted: false });
  }, 40_000);

  it('stops within seconds although Redis is away', async () => {
    newInstallation();
    const consumer = consume(follow(() => undefined));
    await openQueue().add([1]);
    await until(() => consumer.size === 1, 5_000);
    const idle = consume(follow(() => undefined));
    await redis.stop();
    try {
      const at = performance.now();
      await Promise.all([consumer.stop(), idle.stop()]);
      expect(performance.now() - at).toBeLessThan(16_000);
    } finally {
      await redis.start();
    }
  }, 40_000);
});

function stateOf(executionId: number): Promise<string> {
  return inspect((raw) => raw.getJobState(`execution-${executionId}`));
}

/** An entry that BullMQ keeps after its end, as with other options it would. */
async function leaveBehind(executionId: number, state: 'completed' | 'failed'): Promise<void> {
  const prefix = `proctor-${installationId}`;
  await inspect(async (raw) => {
    await raw.add('run', { executionId }, { jobId: `execution-${executionId}`, removeOnComplete: false, attempts: 1 });
    const worker = new Worker('executions', null, { connection: { ...settings }, prefix, autorun: false });
    worker.on('error', () => undefined);
    const job = (await worker.getNextJob('token')) as Job;
    if (state === 'completed') await job.moveToCompleted(null, 'token', false);
    else await job.moveToFailed(new Error('x'), 'token', false);
    await worker.close();
  });
}
