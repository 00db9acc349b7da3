import { isDatabaseUnavailable, type ExecutionsStore, type LogRow, type LogsStore } from '@app/database';
import { describeWait, isFinal, ToldReasons, type Execution, type ExecutionStatus } from '@app/domain';
import { retry } from '@app/timing';
import { LineJoiner, type LogChunk } from './join-lines.js';
import type { LogUpdates } from './log-updates.js';
import { LineNumberer, NO_LINES } from './number-lines.js';

export type LogEvent =
  | { kind: 'chunk'; chunk: LogChunk }
  /** The end of the log. `status` is null if the execution no longer exists, or if only stored rows were requested. */
  | { kind: 'end'; status: ExecutionStatus | null };

/** A range of rows of a log. */
export interface LogRange {
  /** Exclusive; 0: from the first row. */
  afterSeq: number;
  /** Inclusive, the number of a stored row; null: follow the log until the execution has ended. */
  untilSeq: number | null;
}

export const WHOLE_LOG: LogRange = { afterSeq: 0, untilSeq: null };

/** What the execution waits for. */
type Wait = { reason: string } & Pick<Execution, 'waitsUntil'>;

export interface TailOptions {
  /** Adds a line for each reason why the execution waits. */
  hasReasons?: boolean;
  /** Sends numbered lines as JSON, without reasons, instead of text. */
  isNumbered?: boolean;
}

const RETRY_MS = 1_000;

/** Reads a log and follows it until its end. */
export class TailLog {
  constructor(
    private readonly logs: Pick<LogsStore, 'read'>,
    private readonly executions: Pick<ExecutionsStore, 'find'>,
    private readonly updates: Pick<LogUpdates, 'watch'>,
  ) {}

  /**
   * Yields the rows in the range, and follows the log until the execution has ended unless the range has an end. Retries
   * while the database is unavailable. Throws the signal's reason once that aborts.
   */
  async *tail(
    executionId: number,
    signal: AbortSignal,
    range: LogRange = WHOLE_LOG,
    { hasReasons = false, isNumbered = false }: TailOptions = {},
  ): AsyncGenerator<LogEvent, void> {
    const joiner = isNumbered ? new LineNumberer() : new LineJoiner();
    if (isNumbered) yield { kind: 'chunk', chunk: NO_LINES };
    const rows =
      range.untilSeq === null
        ? this.followRows(executionId, signal, range.afterSeq)
        : this.storedRows(executionId, signal, range.afterSeq, range.untilSeq);
    for (;;) {
      const next = await rows.next();
      if (next.done) {
        for (const chunk of joiner.end()) yield { kind: 'chunk', chunk };
        yield { kind: 'end', status: next.value };
        return;
      }
      const page = next.value;
      if (Array.isArray(page)) {
        for (const chunk of joiner.push(page)) yield { kind: 'chunk', chunk };
      } else if (hasReasons && joiner instanceof LineJoiner && joiner.isBetweenLines()) {
        yield { kind: 'chunk', chunk: noteOf(page) };
      }
    }
  }

  /** Yields pages of rows, and what the execution waits for, until it has ended. @returns its final status; null: it no longer exists */
  private async *followRows(
    executionId: number,
    signal: AbortSignal,
    startSeq: number,
  ): AsyncGenerator<LogRow[] | Wait, ExecutionStatus | null> {
    const told = new ToldReasons();
    const watcher = this.updates.watch(executionId, signal);
    let afterSeq = startSeq;
    // The final status is written after the last row, so only a read that starts after it was seen is sure to get all rows.
    let end: { status: ExecutionStatus | null } | null = null;
    for (;;) {
      const rows = await retryWhileUnavailable(() => this.logs.read(executionId, afterSeq), signal);
      afterSeq = rows.at(-1)?.seq ?? afterSeq;
      if (rows.length > 0) {
        yield rows;
        continue;
      }
      if (end) return end.status;
      const execution = await retryWhileUnavailable(() => this.executions.find(executionId), signal);
      if (!execution) end = { status: null };
      else if (isFinal(execution.status)) end = { status: execution.status };
      else {
        const { reason, waitsUntil } = execution;
        if (reason && told.isNew(reason)) yield { reason, waitsUntil };
        await watcher.next();
      }
    }
  }

  private async *storedRows(
    executionId: number,
    signal: AbortSignal,
    startSeq: number,
    untilSeq: number,
  ): AsyncGenerator<LogRow[], null> {
    let afterSeq = startSeq;
    while (afterSeq < untilSeq) {
      const rows = await retryWhileUnavailable(() => this.logs.read(executionId, afterSeq), signal);
      const last = rows.at(-1);
      if (!last) break;
      afterSeq = last.seq;
      yield rows.filter(({ seq }) => seq <= untilSeq);
    }
    return null;
  }
}

function noteOf({ reason, waitsUntil }: Wait): LogChunk {
  const wait = describeWait(reason, waitsUntil?.getTime() ?? null, Date.now());
  return { text: `[proctor: waiting: ${wait}]`, endsLine: true, startsLine: true };
}

async function retryWhileUnavailable<T>(read: () => Promise<T>, signal: AbortSignal): Promise<T> {
  return await retry(read, { isTransient: isDatabaseUnavailable, delayMs: () => RETRY_MS, signal });
}
