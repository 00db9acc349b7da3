import type { LogPosition } from '@app/domain';
import type { Lease, LogBatch } from '@app/database';
import { WakeUp } from '@app/timing';
import type { LogBudget, NewLogRow } from './log-budget.js';

/** How much may wait to be stored, of one execution and of all, before reading a log pauses. */
const MAX_WAITING_BYTES = 1024 * 1024;
const MAX_WAITING_BYTES_OF_ALL = 64 * 1024 * 1024;
/** The cost of a waiting row besides its text, so that a million empty lines count. */
const ROW_OVERHEAD_BYTES = 100;

interface WaitingRow {
  row: NewLogRow;
  position: LogPosition;
}

/** Takes batches from sinks and stores them. */
export interface SinkOwner {
  /** The sum over all sinks. */
  waitingBytes: number;
  schedule(): void;
  remove(sink: LogSink): void;
}

export interface LogSinkOptions {
  lease: Lease;
  podUid: string;
  budget: LogBudget;
  /** The position the log is read from. */
  start: LogPosition;
  /** Called when another worker has taken the execution over. */
  onFenced: () => void;
}

/** One pod's lines on their way to Postgres. */
export class LogSink {
  private readonly waiting: WaitingRow[] = [];
  private waitingBytes = 0;
  private isInFlight = false;
  private isComplete = false;
  private mustStorePosition = false;
  private failure: Error | null = null;
  private readonly changed = new WakeUp();
  isGivenUp = false;
  private position: LogPosition;

  constructor(
    private readonly writer: SinkOwner,
    private readonly options: LogSinkOptions,
  ) {
    this.position = options.start;
  }

  get lease(): Lease {
    return this.options.lease;
  }

  get isDirty(): boolean {
    return !this.isInFlight && !this.isGivenUp && (this.waiting.length > 0 || this.mustStorePosition);
  }

  /** Adds a row; waits while too much is waiting. `position`: where to resume once the row is stored. */
  async write(row: NewLogRow, position: LogPosition, signal: AbortSignal): Promise<void> {
    this.waiting.push({ row, position });
    this.addBytes(sizeOf(row));
    this.writer.schedule();
    while (this.isTooFull() && !this.isGivenUp) {
      this.throwIfFailed();
      await this.changed.wait({ signal });
    }
    this.throwIfFailed();
  }

  /** Call it when the log has been read to its end. Resolves when all of it is stored. */
  async complete(signal: AbortSignal): Promise<void> {
    this.isComplete = true;
    this.mustStorePosition = true;
    await this.drain(signal);
  }

  /** Resolves when every written row is stored. Throws if one cannot be stored. */
  async drain(signal: AbortSignal): Promise<void> {
    this.writer.schedule();
    while ((this.isDirty || this.isInFlight) && !this.isGivenUp) {
      this.throwIfFailed();
      await this.changed.wait({ signal });
    }
    this.throwIfFailed();
  }

  /** Wakes waiting writers: there may be room again. */
  nudge(): void {
    this.changed.ring();
  }

  /** Discards the waiting rows. */
  giveUp(): void {
    this.isGivenUp = true;
    this.addBytes(-this.waitingBytes);
    this.waiting.length = 0;
    this.writer.remove(this);
    this.changed.ring();
  }

  takeBatch(): LogBatch {
    const { lease, podUid, budget } = this.options;
    this.isInFlight = true;
    const taken = this.waiting.splice(0);
    this.addBytes(-this.waitingBytes);
    this.position = taken.at(-1)?.position ?? this.position;
    this.mustStorePosition = false;
    const rows = taken.flatMap(({ row }) => budget.number(row));
    const drop = budget.drop();
    const kept = drop ? rows.filter(({ seq }) => seq <= drop.afterSeq || seq >= drop.beforeSeq) : rows;
    return {
      lease,
      podUid,
      rows: kept,
      position: this.position,
      isComplete: this.isComplete,
      drop,
    };
  }

  markStored(): void {
    this.isInFlight = false;
  }

  fence(): void {
    this.giveUp();
    this.options.onFenced();
  }

  fail(error: unknown): void {
    this.isInFlight = false;
    this.failure = error instanceof Error ? error : new Error(`could not store the log: ${String(error)}`);
    this.changed.ring();
  }

  private isTooFull(): boolean {
    return this.waitingBytes > MAX_WAITING_BYTES || this.writer.waitingBytes > MAX_WAITING_BYTES_OF_ALL;
  }

  private addBytes(bytes: number): void {
    this.waitingBytes += bytes;
    this.writer.waitingBytes += bytes;
  }

  private throwIfFailed(): void {
    if (this.failure !== null) throw this.failure;
  }
}

/** The cost of a waiting row, in bytes. */
export function sizeOf(row: { text: string }): number {
  return row.text.length + ROW_OVERHEAD_BYTES;
}
