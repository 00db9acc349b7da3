import { isDatabaseUnavailable, type ExecutionsStore, type LogRow, type LogsStore } from '@app/database';
import { isFinal, type ExecutionStatus } from '@app/domain';
import { retry } from '@app/timing';
import { LineJoiner, type LogChunk } from './join-lines.js';
import type { LogNews } from './log-news.js';

export type LogEvent =
  | { kind: 'chunk'; chunk: LogChunk }
  /** This was all. `status` is null if the execution is no longer there, or was not asked for. */
  | { kind: 'end'; status: ExecutionStatus | null };

/** Which rows of a log somebody wants. */
export interface LogRange {
  /** Those after this one; 0: from the first. */
  afterSeq: number;
  /** Up to this one, which is stored already; null: all, until the execution has ended. */
  untilSeq: number | null;
}

export const WHOLE_LOG: LogRange = { afterSeq: 0, untilSeq: null };

const RETRY_MS = 1_000;

/** Reads logs for those who watch them. */
export class TailLog {
  constructor(
    private readonly logs: Pick<LogsStore, 'read'>,
    private readonly executions: Pick<ExecutionsStore, 'find'>,
    private readonly news: Pick<LogNews, 'watch'>,
  ) {}

  /**
   * The log from its first row, then what is added, until the execution is final and all was given; or a part of it.
   * Goes on by itself after an outage of the database. Throws the signal's reason once that aborts.
   */
  async *tail(
    executionId: number,
    signal: AbortSignal,
    range: LogRange = WHOLE_LOG,
  ): AsyncGenerator<LogEvent, void> {
    const joiner = new LineJoiner();
    const rows =
      range.untilSeq === null
        ? this.followRows(executionId, signal, range.afterSeq)
        : this.storedRows(executionId, signal, range.afterSeq, range.untilSeq);
    for (;;) {
      const next = await rows.next();
      const chunks = next.done ? joiner.end() : joiner.push(next.value);
      for (const chunk of chunks) yield { kind: 'chunk', chunk };
      if (!next.done) continue;
      yield { kind: 'end', status: next.value };
      return;
    }
  }

  /** Pages of rows until the execution is final. @returns the status then; null: it is no longer there */
  private async *followRows(
    executionId: number,
    signal: AbortSignal,
    startSeq: number,
  ): AsyncGenerator<LogRow[], ExecutionStatus | null> {
    const watcher = this.news.watch(executionId, signal);
    let afterSeq = startSeq;
    // The end is written after the last row: only rows that were read after it was seen are surely all.
    let end: { status: ExecutionStatus | null } | null = null;
    for (;;) {
      const rows = await patiently(() => this.logs.read(executionId, afterSeq), signal);
      afterSeq = rows.at(-1)?.seq ?? afterSeq;
      if (rows.length > 0) {
        yield rows;
        continue;
      }
      if (end) return end.status;
      const execution = await patiently(() => this.executions.find(executionId), signal);
      if (!execution) end = { status: null };
      else if (isFinal(execution.status)) end = { status: execution.status };
      else await watcher.next();
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
      const rows = await patiently(() => this.logs.read(executionId, afterSeq), signal);
      const last = rows.at(-1);
      if (!last) break;
      afterSeq = last.seq;
      yield rows.filter(({ seq }) => seq <= untilSeq);
    }
    return null;
  }
}

async function patiently<T>(read: () => Promise<T>, signal: AbortSignal): Promise<T> {
  return await retry(read, { isTransient: isDatabaseUnavailable, delayMs: () => RETRY_MS, signal });
}
