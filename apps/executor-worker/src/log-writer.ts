import { isDatabaseUnavailable, type LogBatch, type LogsStore } from '@app/database';
import { pause } from '@app/timing';
import { LogSink, sizeOf, type LogSinkOptions, type SinkOwner } from './log-sink.js';

/** How long a line waits so that others are stored with it. */
const FLUSH_INTERVAL_MS = 100;
/** The limits of one statement. */
const MAX_BATCH_BYTES = 4 * 1024 * 1024;
const MAX_BATCH_ROWS = 5_000;
const RETRY_DELAY_MS = 500;

export interface LogWriterEvents {
  /** These executions have new rows. */
  onStored(executionIds: Iterable<number>): void;
  onError(error: unknown): void;
}

interface TakenBatch {
  sink: LogSink;
  batch: LogBatch;
}

/** Stores the lines of all executions this process follows, each batch in one statement. */
export class LogWriter implements SinkOwner {
  private readonly open = new Set<LogSink>();
  private timer: NodeJS.Timeout | null = null;
  private isFlushing = false;
  private isClosed = false;
  waitingBytes = 0;

  constructor(
    private readonly logs: Pick<LogsStore, 'append'>,
    private readonly events: LogWriterEvents,
  ) {}

  /** Opens a sink for the lines of one pod. Call its `giveUp` when the log has ended. */
  openSink(options: LogSinkOptions): LogSink {
    const sink = new LogSink(this, options);
    this.open.add(sink);
    return sink;
  }

  schedule(): void {
    if (this.timer || this.isFlushing || this.isClosed) return;
    this.timer = setTimeout(() => {
      this.timer = null;
      void this.flush();
    }, FLUSH_INTERVAL_MS);
  }

  /** Stops storing. Call it when every sink is drained or given up. */
  close(): void {
    this.isClosed = true;
    if (this.timer) clearTimeout(this.timer);
  }

  remove(sink: LogSink): void {
    this.open.delete(sink);
  }

  /** One statement at a time, so that an execution's rows become visible in the order of their numbers. */
  private async flush(): Promise<void> {
    this.isFlushing = true;
    const taken = this.take();
    try {
      if (taken.length > 0) await this.store(taken);
    } finally {
      this.isFlushing = false;
      const sinks = [...this.open];
      for (const sink of sinks) sink.nudge();
      if (sinks.some((sink) => sink.isDirty)) this.schedule();
    }
  }

  private take(): TakenBatch[] {
    const taken: TakenBatch[] = [];
    let rows = 0;
    let bytes = 0;
    for (const sink of this.open) {
      if (!sink.isDirty || rows >= MAX_BATCH_ROWS || bytes >= MAX_BATCH_BYTES) continue;
      const batch = sink.takeBatch();
      taken.push({ sink, batch });
      rows += batch.rows.length;
      bytes += batch.rows.reduce((sum, row) => sum + sizeOf(row), 0);
      // Round-robin: sinks served now come last next time.
      this.open.delete(sink);
      this.open.add(sink);
    }
    return taken;
  }

  /** Resolves when every batch is stored, fenced, given up or has failed. */
  private async store(taken: readonly TakenBatch[]): Promise<void> {
    for (;;) {
      const live = taken.filter(({ sink }) => !sink.isGivenUp);
      if (live.length === 0) return;
      try {
        const stored = await this.logs.append(live.map(({ batch }) => batch));
        for (const { sink, batch } of live) {
          if (stored.has(batch)) sink.markStored();
          else sink.fence();
        }
        this.events.onStored([...stored].map(({ lease }) => lease.executionId));
        return;
      } catch (error) {
        if (!isDatabaseUnavailable(error) || this.isClosed) return this.storeApart(live, error);
        // Retries the same batch: rows that were stored after all are recognized by their numbers.
        await pause(RETRY_DELAY_MS);
      }
    }
  }

  /** Something in these batches cannot be stored: it must not hold back the lines of the other executions. */
  private async storeApart(taken: readonly TakenBatch[], error: unknown): Promise<void> {
    if (taken.length === 1 || this.isClosed) {
      this.events.onError(error);
      for (const { sink } of taken) sink.fail(error);
      return;
    }
    for (const one of taken) await this.store([one]);
  }
}
