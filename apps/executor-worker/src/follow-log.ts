import {
  createMasker,
  isLogStart,
  LOG_START,
  type LogPosition,
  type Masker,
  type SecretPatterns,
} from '@app/domain';
import { LogLostError, type LogPiece, type PodRef } from '@app/runner';
import type { Follower } from './follower.js';
import { LINE_END, type LogBudget } from './log-budget.js';
import type { LogSink } from './log-sink.js';
import { toStorable } from './storable-text.js';
import type { WorkerContext } from './worker-context.js';

/** Accompanies a line through the masker. */
interface LineTag {
  timestamp: string;
  position: LogPosition;
}

export type LogOutcome = 'complete' | 'lost';

export interface FollowLogOptions {
  pod: PodRef;
  budget: LogBudget;
  /** What to mask. */
  secrets: SecretPatterns;
  /** See `Runner.followLog`. */
  onOpen: () => void;
  /** Whether the kubelet has reported the end of the container: then its log had ended, too. */
  isEndReported: () => Promise<boolean>;
}

/**
 * Stores one pod's log in Postgres, masked, from the stored position until the container has ended and all lines are stored.
 * `lost`: the log could not be read to its end; a `gap` marker in the log says so.
 */
export async function followLog(
  context: WorkerContext,
  follower: Follower,
  { pod, budget, secrets, onOpen, isEndReported }: FollowLogOptions,
): Promise<LogOutcome> {
  const known = follower.claimed.attempts.find(({ podUid }) => podUid === pod.podUid);
  if (known?.isLogComplete) return 'complete';
  const start = known?.logPosition ?? LOG_START;
  const sink = context.logWriter.openSink({
    ...{ lease: follower.lease, podUid: pod.podUid, budget, start },
    onFenced: () => follower.fence(),
  });
  const masker = createMasker<LineTag>(secrets);
  let position = start;
  try {
    // An earlier worker may have known this pod without storing any of its lines.
    if (isLogStart(start) && budget.isLineOpen) await sink.write(LINE_END, start, follower.signal);
    try {
      for await (const piece of follower.runner.followLog(pod, start, follower.signal, onOpen)) {
        position = piece.position;
        await store(piece, masker, sink, follower.signal);
      }
    } catch (error) {
      if (!(error instanceof LogLostError)) throw error;
      // A delete, ours or that of a drain, removed the pod right after its log had ended.
      if (error.isProbablyComplete && (follower.isCancelRequested || (await isEndReported()))) {
        await storeRest(masker, sink, follower.signal);
        await sink.complete(follower.signal);
        return 'complete';
      }
      context.log.warn({ executionId: follower.lease.executionId, err: error }, 'lost the log of a pod');
      await storeRest(masker, sink, follower.signal);
      await sink.write(gapRow(error.message), position, follower.signal);
      await sink.complete(follower.signal);
      return 'lost';
    }
    // When following stops, the stream ends without an error. Store what was read; the masker's rest is read again later.
    if (follower.signal.aborted) {
      await sink.drain(AbortSignal.timeout(HAND_OVER_FLUSH_MS));
      follower.throwIfStopped();
    }
    await storeRest(masker, sink, follower.signal);
    await sink.complete(follower.signal);
    return 'complete';
  } finally {
    sink.giveUp();
  }
}

/** Marks all lines of a pod as missing, once. */
export async function storeGap(
  { logWriter }: WorkerContext,
  follower: Follower,
  { podUid, budget, reason }: { podUid: string; budget: LogBudget; reason: string },
): Promise<void> {
  const { claimed, lease, signal } = follower;
  const known = claimed.attempts.find((attempt) => attempt.podUid === podUid);
  if (known?.isLogComplete) return;
  const position = known?.logPosition ?? LOG_START;
  const sink = logWriter.openSink({
    ...{ lease, podUid, budget, start: position },
    onFenced: () => follower.fence(),
  });
  try {
    if (budget.isLineOpen) await sink.write(LINE_END, position, signal);
    await sink.write(gapRow(reason), position, signal);
    await sink.complete(signal);
  } finally {
    sink.giveUp();
  }
}

/** How long a stopping process tries to store the lines it has read. */
const HAND_OVER_FLUSH_MS = 1_500;

async function store(
  piece: LogPiece,
  masker: Masker<LineTag>,
  sink: LogSink,
  signal: AbortSignal,
): Promise<void> {
  if (piece.kind === 'gap') {
    await storeRest(masker, sink, signal);
    await sink.write(gapRow(piece.reason), piece.position, signal);
    return;
  }
  const { timestamp, position } = piece;
  for (const masked of masker.push(piece.text, piece.endsLine, { timestamp, position })) {
    await sink.write(
      textRow(masked.text, masked.endsLine, masked.tag.timestamp),
      masked.tag.position,
      signal,
    );
  }
}

async function storeRest(masker: Masker<LineTag>, sink: LogSink, signal: AbortSignal): Promise<void> {
  for (const masked of masker.flush()) {
    await sink.write(
      textRow(masked.text, masked.endsLine, masked.tag.timestamp),
      masked.tag.position,
      signal,
    );
  }
}

function textRow(text: string, endsLine: boolean, timestamp: string) {
  return { kind: 'text' as const, text: toStorable(text), endsLine, stampedAt: timestamp };
}

function gapRow(reason: string) {
  return {
    kind: 'gap' as const,
    text: `[proctor: lines are missing here: ${reason}]`,
    endsLine: true,
    stampedAt: null,
  };
}
