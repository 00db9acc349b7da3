import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Queue } from 'bullmq';
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

  it('adds what is missing only', async () => {
    newInstallation();
    const queue = openQueue();
    let release = () => undefined as void;
    const held = new Promise<void>((resolve) => (release = resolve));
    await queue.add([1, 2]);
    const consumer = consume(async (id) => {
      if (id === 2) return { kind: 'retry', inMs: 60_000 };
      await held;
      return { kind: 'done' };
    });
    await until(() => inspect(async (q) => (await q.getActiveCount()) === 1 && (await q.getDelayedCount()) === 1), 5_000);
    await consumer.stop().catch(() => undefined) // prettier-ignore
      .constructor;
    release();
  }, 20_000);
});
