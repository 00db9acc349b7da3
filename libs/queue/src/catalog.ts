import type { JobsOptions } from 'bullmq';
import * as z from 'zod';

/** Effectively never: Postgres, not BullMQ, decides that an execution failed. */
const UNLIMITED = 2 ** 31 - 1;

/**
 * A worker renews its locks every third of this. With the stalled check below, another worker gets the execution of a killed
 * one after at most lockDuration + 2 × stalledInterval = 22 s.
 */
export const LOCK_DURATION_MS = 12_000;
/** Must be the same on every worker of a queue, which share one key in Redis for it. */
export const STALLED_INTERVAL_MS = 5_000;

/**
 * Every queue: the payload of its entries (ids, never rows), their job ids, their attempts. The job id deduplicates: a second
 * `add` with the same id does nothing while the first entry exists.
 */
export const QUEUES = {
  executions: {
    payload: z.object({ executionId: z.int().positive() }),
    jobId: ({ executionId }: { executionId: number }) => `execution-${executionId}`,
    options: { removeOnComplete: true, removeOnFail: true, attempts: UNLIMITED } satisfies JobsOptions,
    maxStalledCount: UNLIMITED,
  },
} as const;

export type QueueName = keyof typeof QUEUES;
export type PayloadOf<Name extends QueueName> = z.infer<(typeof QUEUES)[Name]['payload']>;

/** The prefix of the keys of one installation, so that several can share a Redis. BullMQ refuses `:` in it. */
export function keyPrefix(installationId: string): string {
  return `proctor-${installationId}`;
}
