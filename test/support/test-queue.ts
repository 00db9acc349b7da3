import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { ExecutionConsumer, ExecutionQueue, type ConsumeOptions, type RedisSettings } from '@app/queue';
import type { OwnRedis } from './servers.js';

/** The queue of one installation on a Redis, and direct access to it. */
export class TestQueue {
  readonly installationId = randomBytes(4).toString('hex');
  readonly settings: RedisSettings;
  private readonly cleanUps: (() => Promise<unknown>)[] = [];

  constructor(private readonly redis: OwnRedis) {
    this.settings = { host: '127.0.0.1', port: redis.port, password: undefined };
  }

  get prefix(): string {
    return `proctor-${this.installationId}`;
  }

  open(settings: Partial<RedisSettings> = {}): ExecutionQueue {
    const queue = new ExecutionQueue({ ...this.settings, ...settings }, this.installationId, () => undefined);
    this.cleanUps.push(() => queue.close());
    return queue;
  }

  consume(handle: ConsumeOptions['handle'], concurrency = 10): ExecutionConsumer {
    const { installationId, settings: redis } = this;
    const onError = () => undefined;
    const consumer = new ExecutionConsumer({ redis, installationId, concurrency, handle, onError });
    this.cleanUps.push(() => consumer.stop());
    return consumer;
  }

  /** A state of BullMQ's, or `unknown`. */
  stateOf(executionId: number): Promise<string> {
    return this.inspect((queue) => queue.getJobState(`execution-${executionId}`));
  }

  pause(): Promise<void> {
    return this.inspect((queue) => queue.pause());
  }

  /** Removes the entry behind the back of queue and workers. */
  async lose(executionId: number): Promise<void> {
    await this.inspect((queue) => queue.remove(`execution-${executionId}`));
  }

  flushAll(): Promise<unknown> {
    return this.command((redis) => redis.flushall());
  }

  async command<T>(run: (redis: Redis) => Promise<T>): Promise<T> {
    const redis = new Redis(this.redis.port, '127.0.0.1');
    try {
      return await run(redis);
    } finally {
      redis.disconnect();
    }
  }

  /** Creates an entry that stays after its end, as with other options. No consumer may be running. */
  async leaveBehind(executionId: number, state: 'completed' | 'failed'): Promise<void> {
    await this.inspect((queue) =>
      queue.add('run', { executionId }, { jobId: `execution-${executionId}`, attempts: 1 }),
    );
    const worker = new Worker(
      'executions',
      async () => {
        if (state === 'failed') throw new Error('it failed');
      },
      { connection: { ...this.settings }, prefix: this.prefix },
    );
    worker.on('error', () => undefined);
    await once(worker, state);
    await worker.close();
  }

  async close(): Promise<void> {
    for (const cleanUp of this.cleanUps.splice(0).reverse()) await cleanUp();
  }

  private async inspect<T>(look: (queue: Queue) => Promise<T>): Promise<T> {
    const queue = new Queue('executions', { connection: { ...this.settings }, prefix: this.prefix });
    try {
      return await look(queue);
    } finally {
      await queue.close();
    }
  }
}

/** A handler that follows until it is stopped, and then hands over. */
export const follow =
  (seen: (id: number, signal: AbortSignal) => void): ConsumeOptions['handle'] =>
  async (id, _lease, signal) => {
    seen(id, signal);
    if (!signal.aborted) await once(signal, 'abort');
    return { kind: signal.reason === 'hand_over' ? 'hand_over' : 'done' };
  };

/** True unless it throws. */
export const succeeds = (work: Promise<unknown>): Promise<boolean> =>
  work.then(
    () => true,
    () => false,
  );
