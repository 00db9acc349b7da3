import type { IncomingMessage } from 'node:http';
import { pauseQuietly } from '@app/timing';
import type { LogPiece, PodRef } from '../runner.js';
import { KubeStatusError, KubeUnreachableError } from './api-outcome.js';
import { LogLines, type RawPiece } from './log-lines.js';
import type { ResumableLog } from './log-resume.js';

/** `alive`: its container has not ended (or not started). `gone`: there is no such pod any more. */
export type PodLife = { kind: 'alive' } | { kind: 'gone' } | { kind: 'ended'; endedAt: Date };

/** What following a log needs to know of the cluster. */
export interface LogSource {
  /** The log's stream. Throws `KubeStatusError` or `KubeUnreachableError`. */
  open(pod: PodRef, query: Readonly<Record<string, string>>, signal: AbortSignal): Promise<IncomingMessage>;
  /** `isCacheEnough`: what a watch says will do. Throws as `open` does. */
  life(pod: PodRef, options: { isCacheEnough: boolean }, signal: AbortSignal): Promise<PodLife>;
  /** Returns once a watch knows that the pod has ended, or after the time (null: no limit), or on abort. */
  whenEnded(pod: PodRef, timeoutMs: number | null, signal: AbortSignal): Promise<void>;
}

/** How one answer of the server ended. `mismatch`: ask again at once. */
export type LogAnswer = { hasNews: boolean } & (
  { kind: 'complete' | 'mismatch' } | { kind: 'failed'; error: unknown }
);

/** A stream that stays silent this long after its container has ended is stuck. */
const STUCK_AFTER_MS = 15_000;

/** Asks once for the log from where `log` is and hands out what is new, at the pace of the reader. */
export async function* readLogAnswer(
  source: LogSource,
  pod: PodRef,
  log: ResumableLog,
  isEnded: boolean,
  signal: AbortSignal,
): AsyncGenerator<LogPiece, LogAnswer> {
  const attempt = new AbortController();
  const onAbort = () => attempt.abort(signal.reason);
  signal.addEventListener('abort', onAbort);
  if (signal.aborted) onAbort();
  const guard = new SilenceGuard(attempt);
  void source.whenEnded(pod, null, attempt.signal).then(() => guard.watch());
  let hasNews = false;
  let response: IncomingMessage | undefined;
  try {
    response = await source.open(pod, queryOf(log.begin(), isEnded), attempt.signal);
    const lines = new LogLines();
    for await (const chunk of response as AsyncIterable<Buffer>) {
      guard.isReaderBusy = true;
      for (const piece of lines.push(chunk)) {
        const taken = log.accept(piece);
        if (taken === 'mismatch') return { kind: 'mismatch', hasNews };
        hasNews ||= taken.length > 0;
        yield* taken;
      }
      guard.heard();
    }
    if (!response.complete) return { kind: 'failed', error: new Error('the log stream was cut'), hasNews };
    // A last line without newline is a whole line only if nothing can follow.
    const rest: Iterable<RawPiece> = isEnded ? lines.end() : [];
    for (const piece of rest) {
      const taken = log.accept(piece);
      if (taken === 'mismatch') return { kind: 'mismatch', hasNews };
      hasNews ||= taken.length > 0;
      yield* taken;
    }
    return { kind: 'complete', hasNews };
  } catch (error) {
    if (!isOfConnection(error)) throw error;
    return { kind: 'failed', error, hasNews };
  } finally {
    signal.removeEventListener('abort', onAbort);
    attempt.abort();
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

function isOfConnection(error: unknown): boolean {
  if (error instanceof KubeStatusError || error instanceof KubeUnreachableError) return true;
  // Node's: `ECONNRESET`, `ABORT_ERR`, …
  return typeof (error as NodeJS.ErrnoException | null)?.code === 'string';
}

/** Ends a stream whose container has ended and that says nothing, but never one whose reader is slow. */
class SilenceGuard {
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
      if (!this.isReaderBusy && performance.now() - this.#heardAt >= STUCK_AFTER_MS) this.attempt.abort();
    }
  }
}
