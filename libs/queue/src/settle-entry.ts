import { pause } from '@app/timing';
import { Job, type JobJson, type Worker } from 'bullmq';
import type { Entry } from './fetch-entries.js';

/** What to do with the queue entry. */
export type ConsumeOutcome =
  /** Remove it: the execution is over, or another worker has it. */
  | { kind: 'done' }
  /** Give it to another worker at once. */
  | { kind: 'hand_over' }
  /** Deliver it again later, to any worker. */
  | { kind: 'retry'; inMs: number };

export interface SettleOptions {
  worker: Worker;
  /** Whether this process takes another entry in place of one that it removes. */
  wantsNext: () => boolean;
  onError: (error: Error) => void;
}

/** How often, and how soon, to try again after Redis has refused. */
const TRIES = 3;
const RETRY_MS = 1_000;

/** What BullMQ returns of the next entry. */
type NextJob = [data: JobJson | undefined, id: string | undefined];

/**
 * Gives an entry back to the queue, or removes it. Waits through an outage of Redis; never throws: if Redis refuses, the lock
 * expires, and the next delivery finds in Postgres what there is to do.
 * @returns the next entry, fetched in the same round trip; null: none
 */
export async function settleEntry(
  entry: Entry,
  outcome: ConsumeOutcome,
  options: SettleOptions,
): Promise<Entry | null> {
  for (let tries = 1; ; tries++) {
    try {
      return await settleOnce(entry, outcome, options);
    } catch (error) {
      options.onError(error as Error);
      if (tries === TRIES) return null;
      await pause(RETRY_MS);
    }
  }
}

async function settleOnce(
  { job, token }: Entry,
  outcome: ConsumeOutcome,
  { worker, wantsNext }: SettleOptions,
): Promise<Entry | null> {
  switch (outcome.kind) {
    case 'done': {
      const lockedAtMs = performance.now();
      const next = (await job.moveToCompleted(undefined, token, wantsNext())) as NextJob | undefined;
      const [data, id] = next ?? [];
      return data ? { job: Job.fromJSON(worker, data, id), token, lockedAtMs } : null;
    }
    case 'hand_over':
      await job.moveToWait(token);
      return null;
    case 'retry':
      await job.moveToDelayed(Date.now() + outcome.inMs, token);
      return null;
  }
}
