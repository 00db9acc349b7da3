import type { LogPosition } from '@app/domain';
import { BackOff, HALF_JITTER } from '@app/timing';
import { LogLostError, type LogPiece, type PodRef } from '../runner.js';
import { KubeStatusError, KubeUnreachableError } from './api-outcome.js';
import { readLogResponse, type LogSource, type PodLife } from './log-response.js';
import { ResumableLog } from './log-resume.js';

/** How long the follower waits. Tests pass shorter values. */
export interface FollowTiming {
  firstRetryMs: number;
  maxRetryMs: number;
  /** How long a running container may take to end before its log is opened; 0: opened at once. See `followLog`. */
  shortRunMs: number;
  /** The API reports the pod's termination about this long after its log ended. */
  endKnownWithinMs: number;
  /** How long the API may refuse a terminated container's log before it counts as lost. */
  refusedPatienceMs: number;
  /** The same while the node, not the API server, fails to return it. */
  nodePatienceMs: number;
  /** Every follower tries for at least this long, however long ago the container terminated. */
  minPatienceMs: number;
}

const DEFAULT_TIMING: FollowTiming = {
  firstRetryMs: 250,
  maxRetryMs: 5_000,
  shortRunMs: 50,
  endKnownWithinMs: 2_000,
  refusedPatienceMs: 10_000,
  nodePatienceMs: 120_000,
  minPatienceMs: 30_000,
};

/** The API server ends a truncated kubelet response like a complete one, so one short response proves nothing. */
const MIN_SHORT_RESPONSES = 3;

/**
 * See `Runner.followLog`. Waits a moment for a container to end: the log of one that has ended is read once, without follow,
 * instead of twice. Buffers at most one piece of a line and the socket's buffer, however slow the reader is.
 */
export async function* followLog(
  source: LogSource,
  pod: PodRef,
  from: LogPosition,
  signal: AbortSignal,
  timing = DEFAULT_TIMING,
): AsyncGenerator<LogPiece> {
  const log = new ResumableLog(from, () => new Date());
  const backOff = new BackOff({
    firstMs: timing.firstRetryMs,
    maxMs: timing.maxRetryMs,
    jitter: HALF_JITTER,
  });
  let isFirst = true;
  let shortResponses = 0;
  let failingSince: number | null = null;
  let wasComplete = false;
  while (!signal.aborted) {
    let life = await lifeOf(source, pod, { isFirst, wasComplete }, signal);
    if (isFirst && life?.kind === 'alive' && timing.shortRunMs > 0) {
      await source.whenEnded(pod, timing.shortRunMs, signal);
      life = await lifeOf(source, pod, { isFirst, wasComplete }, signal);
    }
    isFirst = false;
    const endedAt = life?.kind === 'ended' ? life.endedAt : null;
    const response = life && (yield* readLogResponse(source, pod, log, endedAt !== null, signal));
    if (signal.aborted) return;
    wasComplete = response?.kind === 'complete' || (wasComplete && !response?.hasNewOutput);
    if (response?.kind === 'mismatch') continue;
    if (!response || response.hasNewOutput || !endedAt) failingSince = null;
    if (response?.hasNewOutput) backOff.reset();
    if (response?.kind === 'complete') {
      if (endedAt) {
        if (!log.isCaughtUp && ++shortResponses < MIN_SHORT_RESPONSES) {
          await backOff.wait(signal);
          continue;
        }
        const last = log.end();
        if (last === 'mismatch') continue;
        yield* last;
        // The response was opened after the container terminated and read to its end: nothing can follow.
        return;
      }
      await source.whenEnded(pod, timing.endKnownWithinMs, signal);
      continue;
    }
    if (response?.kind === 'failed' && endedAt) {
      failingSince ??= performance.now();
      if (isPatienceExhausted(response.error, performance.now() - failingSince, endedAt, timing)) {
        throw new LogLostError(`Cannot read the log of pod ${pod.podName}: ${messageOf(response.error)}`, {
          cause: response.error,
        });
      }
      await backOff.wait(signal);
    } else {
      await source.whenEnded(pod, backOff.nextMs(), signal);
    }
  }
}

/** Returns null if the API does not answer. */
async function lifeOf(
  source: LogSource,
  pod: PodRef,
  { isFirst, wasComplete }: { isFirst: boolean; wasComplete: boolean },
  signal: AbortSignal,
): Promise<Exclude<PodLife, { kind: 'gone' }> | null> {
  try {
    const life = await source.life(pod, { isCacheEnough: isFirst }, signal);
    if (life.kind === 'gone') {
      throw new LogLostError(`Pod ${pod.podName} and its log are gone.`, {
        isProbablyComplete: wasComplete,
      });
    }
    return life;
  } catch (error) {
    if (signal.aborted || error instanceof KubeStatusError || error instanceof KubeUnreachableError)
      return null;
    throw error;
  }
}

/** A follower that takes over does not wait all over again: the time since the container terminated counts too. */
function isPatienceExhausted(
  error: unknown,
  failingMs: number,
  endedAt: Date,
  timing: FollowTiming,
): boolean {
  const patience = patienceMs(error, timing);
  const minimum = Math.min(patience, timing.minPatienceMs);
  return failingMs >= patience || (failingMs >= minimum && Date.now() - endedAt.getTime() >= patience);
}

/** Only a response about this log can prove it lost. An outage of the API cannot, however long it lasts. */
function patienceMs(error: unknown, timing: FollowTiming): number {
  if (!(error instanceof KubeStatusError))
    return error instanceof KubeUnreachableError ? Infinity : timing.nodePatienceMs;
  if ([401, 408, 429, 502, 503, 504].includes(error.status)) return Infinity;
  return error.status >= 500 || error.status === 403 ? timing.nodePatienceMs : timing.refusedPatienceMs;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
