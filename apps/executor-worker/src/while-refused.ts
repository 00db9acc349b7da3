import { isDatabaseUnavailable } from '@app/database';
import { RunnerRefusedForNowError, RunnerUnavailableError } from '@app/runner';
import { backOffMs, HALF_JITTER, pause } from '@app/timing';
import type { Follower } from './follower.js';
import { afterLimit, toReason } from './to-reason.js';
import { OUTAGE_BACK_OFF, whileUnavailable } from './while-unavailable.js';
import type { WorkerContext } from './worker-context.js';

const REFUSED_BACK_OFF = { firstMs: 250, maxMs: 10_000, jitter: HALF_JITTER };
/** Longer than from one try to the next. A longer pause means that there was no answer in between, or no worker. */
const MAX_GAP_MS = 20_000;

export type WorkOutcome<T> = { kind: 'done'; value: T } | { kind: 'given_up'; reason: string };

/**
 * Retries `work`, which must be repeatable, while Kubernetes refuses it for now or is away, and shows why on the execution.
 * Gives up after the configured time of refusals, which counts in Postgres, so that it survives a restart of the worker; an
 * outage counts nothing. Throws any other error, and the signal's reason once it aborts.
 */
export async function whileRefused<T>(
  context: WorkerContext,
  follower: Follower,
  work: () => Promise<T>,
  signal: AbortSignal,
): Promise<WorkOutcome<T>> {
  let refusals = 0;
  let outages = 0;
  let shown: string | null = null;
  for (;;) {
    signal.throwIfAborted();
    try {
      return { kind: 'done', value: await work() };
    } catch (error) {
      if (!(error instanceof RunnerUnavailableError) && !isDatabaseUnavailable(error)) throw error;
      signal.throwIfAborted();
      context.log.warn({ executionId: follower.execution.id, err: error }, 'not launched yet; retrying');
      if (error instanceof RunnerRefusedForNowError) {
        const { isOver } = await recordRefusal(context, follower, error.message);
        const { refusedLimitMs } = context.settings;
        if (isOver) return { kind: 'given_up', reason: afterLimit(error.message, refusedLimitMs) };
        shown = null;
        await pause(backOffMs(refusals++, REFUSED_BACK_OFF), signal);
        continue;
      }
      refusals = 0;
      if (error instanceof RunnerUnavailableError && error.message !== shown) {
        await noteWait(context, follower, error.message);
        shown = error.message;
      }
      await pause(backOffMs(outages++, OUTAGE_BACK_OFF), signal);
    }
  }
}

/** Records one answered refusal. Call it again within 20 s for as long as the refusal lasts. */
export async function recordRefusal(
  { refusals, updates, settings }: WorkerContext,
  follower: Follower,
  message: string,
): Promise<{ isOver: boolean }> {
  const refusal = { reason: toReason(message), limitMs: settings.refusedLimitMs, maxGapMs: MAX_GAP_MS };
  const recorded = await whileUnavailable(
    () => refusals.recordRefusal(follower.lease, refusal),
    follower.signal,
  );
  follower.throwUnlessHeld(recorded !== null);
  updates.publish([follower.lease.executionId]);
  return { isOver: recorded?.isOver ?? false };
}

/** Shows why an execution waits where no limit runs. */
export async function noteWait(
  { refusals, updates }: WorkerContext,
  follower: Follower,
  message: string,
): Promise<void> {
  const isHeld = await whileUnavailable(
    () => refusals.noteOutage(follower.lease, toReason(message)),
    follower.signal,
  );
  follower.throwUnlessHeld(isHeld);
  updates.publish([follower.lease.executionId]);
}
