import type { LogPosition } from '@app/domain';
import { BackOff, HALF_JITTER } from '@app/timing';
import { LogLostError, type LogPiece, type PodRef } from '../runner.js';
import { KubeStatusError, KubeUnreachableError } from './api-outcome.js';
import { readLogAnswer, type LogSource, type PodLife } from './log-answer.js';
import { ResumableLog } from './log-resume.js';

/** How long the follower waits for things; tests pass shorter ones. */
export interface FollowTiming {
  firstRetryMs: number;
  maxRetryMs: number;
  /** The pod's end reaches the API about this long after its log ended. */
  endKnownWithinMs: number;
  /** How long an ended container's log may be refused by the API before it counts as lost. */
  refusedPatienceMs: number;
  /** The same where it is the node that does not give it. */
  nodePatienceMs: number;
  /** At least so long everyone who follows tries, however long ago the container ended. */
  minPatienceMs: number;
}

const DEFAULT_TIMING: FollowTiming = {
  firstRetryMs: 250,
  maxRetryMs: 5_000,
  endKnownWithinMs: 2_000,
  refusedPatienceMs: 10_000,
  nodePatienceMs: 120_000,
  minPatienceMs: 30_000,
};

/** The API server ends a cut answer of the kubelet like a complete one, so one short answer proves nothing. */
const SHORT_ANSWERS_BELIEVED = 3;

/** See `Runner.followLog`. Holds one piece of a line and what the socket's buffer holds, however slow its reader is. */
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
  let shortAnswers = 0;
  let failingSince: number | null = null;
  let wasComplete = false;
  while (!signal.aborted) {
    const life = await lifeOf(source, pod, { isFirst, wasComplete }, signal);
    isFirst = false;
    const endedAt = life?.kind === 'ended' ? life.endedAt : null;
    const answer = life && (yield* readLogAnswer(source, pod, log, endedAt !== null, signal));
    if (signal.aborted) return;
    wasComplete = answer?.kind === 'complete' || (wasComplete && !answer?.hasNews);
    if (answer?.kind === 'mismatch') continue;
    if (!answer || answer.hasNews || !endedAt) failingSince = null;
    if (answer?.hasNews) backOff.reset();
    if (answer?.kind === 'complete') {
      if (endedAt) {
        if (!log.isCaughtUp && ++shortAnswers < SHORT_ANSWERS_BELIEVED) {
          await backOff.wait(signal);
          continue;
        }
        const last = log.end();
        if (last === 'mismatch') continue;
        yield* last;
        // Opened after the end and read to its end: nothing can follow.
        return;
      }
      await source.whenEnded(pod, timing.endKnownWithinMs, signal);
      continue;
    }
    if (answer?.kind === 'failed' && endedAt) {
      failingSince ??= performance.now();
      if (isOutOfPatience(answer.error, performance.now() - failingSince, endedAt, timing)) {
        throw new LogLostError(`The log of pod ${pod.podName} can't be read: ${messageOf(answer.error)}`, {
          cause: answer.error,
        });
      }
      await backOff.wait(signal);
    } else {
      await source.whenEnded(pod, backOff.nextMs(), signal);
    }
  }
}

/** Null: the API does not say. */
async function lifeOf(
  source: LogSource,
  pod: PodRef,
  { isFirst, wasComplete }: { isFirst: boolean; wasComplete: boolean },
  signal: AbortSignal,
): Promise<Exclude<PodLife, { kind: 'gone' }> | null> {
  try {
    const life = await source.life(pod, { isCacheEnough: isFirst }, signal);
    if (life.kind === 'gone') {
      throw new LogLostError(`Pod ${pod.podName} is gone, and its log with it.`, {
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

/** Whoever takes over from another follower need not wait all over again: the container's end counts as well. */
function isOutOfPatience(error: unknown, failingMs: number, endedAt: Date, timing: FollowTiming): boolean {
  const patience = patienceMs(error, timing);
  const least = Math.min(patience, timing.minPatienceMs);
  return failingMs >= patience || (failingMs >= least && Date.now() - endedAt.getTime() >= patience);
}

/** Only an answer that is about this log can show that it is lost: an outage of the API, however long, does not. */
function patienceMs(error: unknown, timing: FollowTiming): number {
  if (!(error instanceof KubeStatusError))
    return error instanceof KubeUnreachableError ? Infinity : timing.nodePatienceMs;
  if ([401, 408, 429, 502, 503, 504].includes(error.status)) return Infinity;
  return error.status >= 500 || error.status === 403 ? timing.nodePatienceMs : timing.refusedPatienceMs;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
