import { once } from 'node:events';
import { withTimeout } from '@app/timing';
import { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { connect, disconnect, failFastOptions, type RedisSettings } from './connection.js';
import { keyPrefix, QUEUES } from './catalog.js';

const { executions } = QUEUES;

/** How long commands wait for the first connection of a process before they fail. */
const CONNECT_TIMEOUT_MS = 2_000;

/**
 * Adds executions to the queue. Every method may be repeated, and fails within seconds while Redis is unavailable: the row in
 * Postgres is the outbox, and the sweep later adds what could not be added.
 */
export class ExecutionQueue {
  private readonly queue: Queue;
  private readonly redis: Redis;
  private readonly markerKey: string;
  /** Settles when the first connection is established, or has timed out. */
  private readonly starting: Promise<unknown>;

  constructor(settings: RedisSettings, installationId: string, onError: (error: Error) => void) {
    const prefix = keyPrefix(installationId);
    this.redis = connect(failFastOptions(settings), onError);
    const connected = once(this.redis, 'ready').catch(() => undefined);
    this.starting = withTimeout(connected, CONNECT_TIMEOUT_MS, () => undefined, { unref: true });
    this.queue = new Queue('executions', { connection: this.redis, prefix });
    this.queue.on('error', onError);
    this.markerKey = `${prefix}:sweep-marker`;
  }

  /** Adds one entry per execution. Existing entries stay as they are. */
  async add(executionIds: readonly number[]): Promise<void> {
    if (executionIds.length === 0) return;
    await this.throwIfDisconnected();
    await this.queue.addBulk(
      executionIds.map((executionId) => ({
        name: 'run',
        data: executions.payload.parse({ executionId }),
        opts: { ...executions.options, jobId: executions.jobId({ executionId }) },
      })),
    );
  }

  /** Adds the executions without a live entry, in time independent of the queue's length. @returns how many were missing */
  async addMissing(executionIds: readonly number[]): Promise<number> {
    await this.throwIfDisconnected();
    const states = await this.readStates(
      executionIds.map((executionId) => executions.jobId({ executionId })),
    );
    // A completed or failed entry would block the new one.
    await Promise.all(states.filter(({ isOver }) => isOver).map(({ jobId }) => this.queue.remove(jobId)));
    const missing = executionIds.filter((_, i) => !states[i]!.isThere || states[i]!.isOver);
    await this.add(missing);
    return missing.length;
  }

  /**
   * Whether Redis was restarted, replaced or flushed since the last full pass of the sweep, and may have lost entries.
   */
  async mayHaveLostEntries(): Promise<boolean> {
    return (await this.redis.get(this.markerKey)) !== (await this.readRunId());
  }

  /** Records that a full pass ran against this Redis. */
  async markFullPass(runId: string): Promise<void> {
    await this.redis.set(this.markerKey, runId);
  }

  /** The identity of the running Redis server: read it before a full pass, mark it after. */
  async readRunId(): Promise<string> {
    const runId = /run_id:(\w+)/.exec(await this.redis.info())?.[1];
    if (!runId) throw new Error('the INFO reply of Redis has no run_id');
    return runId;
  }

  /** Counts the entries no worker has taken yet. */
  async countWaiting(): Promise<number> {
    await this.throwIfDisconnected();
    return this.queue.getJobCountByTypes('waiting', 'delayed', 'prioritized');
  }

  /** Throws if Redis does not answer. */
  async ping(): Promise<void> {
    // Not INFO, which is answered before the connection accepts other commands.
    await this.redis.ping();
  }

  async close(): Promise<void> {
    await this.queue.close();
    disconnect(this.redis);
  }

  /** BullMQ's `getState` scans its lists, in time proportional to their length. */
  private async readStates(
    jobIds: readonly string[],
  ): Promise<{ jobId: string; isThere: boolean; isOver: boolean }[]> {
    const pipeline = this.redis.pipeline();
    for (const jobId of jobIds) {
      pipeline.exists(this.queue.toKey(jobId));
      for (const over of ['completed', 'failed']) pipeline.zscore(this.queue.toKey(over), jobId);
    }
    const answers = ((await pipeline.exec()) ?? []).map(([error, answer]) => {
      if (error) throw error;
      return answer;
    });
    return jobIds.map((jobId, i) => {
      const [exists, ...scores] = answers.slice(3 * i, 3 * (i + 1));
      return { jobId, isThere: exists === 1, isOver: scores.some((score) => score !== null) };
    });
  }

  /** Without this, BullMQ would wait for its first connection without a limit. */
  private async throwIfDisconnected(): Promise<void> {
    await this.starting;
    if (this.redis.status !== 'ready') throw new Error(`Redis is not connected (${this.redis.status})`);
  }
}
