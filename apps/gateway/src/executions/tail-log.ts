import { setTimeout as sleep } from 'node:timers/promises';
import { isDatabaseUnavailable, type ExecutionsStore, type LogsStore } from '@app/database';
import { isFinal, type ExecutionStatus } from '@app/domain';
import { LineJoiner, type LogChunk } from './join-lines.js';
import type { LogNews } from './log-news.js';

export type LogEvent =
  | { kind: 'chunk'; chunk: LogChunk }
  /** This was all. `status` is null if the execution is no longer there. */
  | { kind: 'end'; status: ExecutionStatus | null };

const RETRY_MS = 1_000;

/** Reads logs for those who watch them. */
export class TailLog {
  constructor(
    private readonly logs: Pick<LogsStore, 'read'>,
    private readonly executions: Pick<ExecutionsStore, 'find'>,
    private readonly news: Pick<LogNews, 'watch'>,
  ) {}

  /**
   * The log from its first row, then what is added, until the execution is final and all was given. Goes on by
   * itself after an outage of the database. Throws the signal's reason once that aborts.
   */
  async *tail(executionId: number, signal: AbortSignal): AsyncGenerator<LogEvent, void> {
    const watcher = this.news.watch(executionId, signal);
    const joiner = new LineJoiner();
    let afterSeq = 0;
    // The end is written after the last row: only rows that were read after it was seen are surely all.
    let end: { status: ExecutionStatus | null } | null = null;
    for (;;) {
      const rows = await patiently(() => this.logs.read(executionId, afterSeq), signal);
      for (const chunk of joiner.push(rows)) yield { kind: 'chunk', chunk };
      afterSeq = rows.at(-1)?.seq ?? afterSeq;
      if (rows.length > 0) continue;
      if (end) break;
      const execution = await patiently(() => this.executions.find(executionId), signal);
      if (!execution) end = { status: null };
      else if (isFinal(execution.status)) end = { status: execution.status };
      else await watcher.next();
    }
    for (const chunk of joiner.end()) yield { kind: 'chunk', chunk };
    yield { kind: 'end', status: end.status };
  }
}

async function patiently<T>(read: () => Promise<T>, signal: AbortSignal): Promise<T> {
  for (;;) {
    signal.throwIfAborted();
    try {
      return await read();
    } catch (error) {
      if (!isDatabaseUnavailable(error)) throw error;
      await sleep(RETRY_MS, undefined, { signal }).catch(() => signal.throwIfAborted());
    }
  }
}
