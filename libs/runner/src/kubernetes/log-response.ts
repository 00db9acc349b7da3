import { pauseQuietly } from '@app/timing';
import type { LogPiece, PodRef } from '../runner.js';
import { KubeStatusError, KubeUnreachableError } from './api-outcome.js';
import type { KubeResponse } from './kube-response.js';
import { LogLines, type RawPiece } from './log-lines.js';
import type { ResumableLog } from './log-resume.js';

/** `alive`: its container has not terminated (or not started yet). `gone`: the pod no longer exists. */
export type PodLife = { kind: 'alive' } | { kind: 'gone' } | { kind: 'ended'; endedAt: Date };

/** What following a log needs from the cluster. */
export interface LogSource {
  /** Opens the log stream. Throws `KubeStatusError` or `KubeUnreachableError`. */
  open(pod: PodRef, query: Readonly<Record<string, string>>, signal: AbortSignal): Promise<KubeResponse>;
  /** @param options `isCacheEnough`: the watch cache may answer. Throws as `open` does. */
  life(pod: PodRef, options: { isCacheEnough: boolean }, signal: AbortSignal): Promise<PodLife>;
  /** Returns once the watch reports that the pod has terminated, after the timeout (null: none), or on abort. */
  whenEnded(pod: PodRef, timeoutMs: number | null, signal: AbortSignal): Promise<void>;
}

/** How one response of the server ended. `mismatch`: request the log again at once. */
export type LogResponse = { hasNewOutput: boolean } & (
  { kind: 'complete' | 'mismatch' } | { kind: 'failed'; error: unknown }
);

/** A stream that is silent for this long after its container terminated is stuck. */
const STUCK_AFTER_MS = 15_000;

/** Without a reason, each abort would create an error with a stack. It has a code, as connection errors do. */
const STOPPED = Object.assign(new Error('the request was stopped'), { code: 'ABORT_ERR' });

/** Requests the log once, from the position of `log`, and yields what is new, at the reader's pace. */
export async function* readLogResponse(
  source: LogSource,
  pod: PodRef,
  log: ResumableLog,
  isEnded: boolean,
  signal: AbortSignal,
): AsyncGenerator<LogPiece, LogResponse> {
  const attempt = new AbortController();
  const onAbort = () => attempt.abort(signal.reason);
  signal.addEventListener('abort', onAbort);
  if (signal.aborted) onAbort();
  const guard = new StallGuard(attempt);
  void source.whenEnded(pod, null, attempt.signal).then(() => guard.watch());
  let hasNewOutput = false;
  let response: KubeResponse | undefined;
  try {
    response = await source.open(pod, queryOf(log.begin(), isEnded), attempt.signal);
    const lines = new LogLines();
    for await (const chunk of response.body as AsyncIterable<Buffer>) {
      guard.isReaderBusy = true;
      for (const piece of lines.push(chunk)) {
        const taken = log.accept(piece);
        if (taken === 'mismatch') return { kind: 'mismatch', hasNewOutput };
        hasNewOutput ||= taken.length > 0;
        yield* taken;
      }
      guard.heard();
    }
    if (!response.isComplete())
      return { kind: 'failed', error: new Error('the log stream was interrupted'), hasNewOutput };
    // A last line without a newline is complete only if nothing can follow.
    const rest: Iterable<RawPiece> = isEnded ? lines.end() : [];
    for (const piece of rest) {
      const taken = log.accept(piece);
      if (taken === 'mismatch') return { kind: 'mismatch', hasNewOutput };
      hasNewOutput ||= taken.length > 0;
      yield* taken;
    }
    return { kind: 'complete', hasNewOutput };
  } catch (error) {
    if (!isConnectionError(error)) throw error;
    return { kind: 'failed', error, hasNewOutput };
  } finally {
    signal.removeEventListener('abort', onAbort);
    attempt.abort(STOPPED);
    response?.destroy();
  }
}

function queryOf(sinceSecond: number, isEnded: boolean): Record<string, string> {
  return {
    timestamps: 'true',
    ...(isEnded ? {} : { follow: 'true' }),
    ...(sinceSecond > 0
      ? { sinceTime: new Date(sinceSecond * 1000).toISOString().replace('.000Z', 'Z') }
      : {}),
  };
}

function isConnectionError(error: unknown): boolean {
  if (error instanceof KubeStatusError || error instanceof KubeUnreachableError) return true;
  // Node's error codes: `ECONNRESET`, `ABORT_ERR`, …
  return typeof (error as NodeJS.ErrnoException | null)?.code === 'string';
}

/** Aborts a silent stream whose container has terminated, but never one whose reader is slow. */
class StallGuard {
  isReaderBusy = false;
  #heardAt = performance.now();

  constructor(private readonly attempt: AbortController) {}

  heard(): void {
    this.isReaderBusy = false;
    this.#heardAt = performance.now();
  }

  async watch(): Promise<void> {
    const { signal } = this.attempt;
    this.#heardAt = performance.now();
    while (!signal.aborted) {
      await pauseQuietly(STUCK_AFTER_MS, signal);
      if (!this.isReaderBusy && performance.now() - this.#heardAt >= STUCK_AFTER_MS)
        this.attempt.abort(STOPPED);
    }
  }
}
