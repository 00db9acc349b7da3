import type { JobsOptions } from 'bullmq';
import { z } from 'zod';

/** Effectively never: Postgres, not BullMQ, decides that an execution failed. */
const UNLIMITED = 2 ** 31 - 1;

/**
 * A worker renews its locks every third of this. With the stalled check below, another worker gets the execution of a killed
 * one after at most lockDuration + 2 × stalledInterval = 22 s.
 */
export const LOCK_DURATION_MS = 12_000;
/** The same on every worker of a queue: it is one shared key in Redis. */
export const STALLED_INTERVAL_MS = 5_000;

/**
 * Every queue: what its entries carry (ids, never rows), how an entry is named, how often it is tried. The entry's name is its
 * deduplication: a second `add` with the same one does nothing while the first is there.
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

/** Keys of one installation start with this, so that several may share a Redis. BullMQ refuses `:` in names. */
export function keyPrefix(installationId: string): string {
  return `proctor-${installationId}`;
}
