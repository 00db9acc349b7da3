/** Which ids were taken, and by whom rows were being written, at a moment. */
export interface WriterSnapshot {
  /** The newest id that was taken, read before `writers`. */
  lastId: bigint;
  /** The transactions that hold a lock to write. */
  writers: readonly string[];
}

/**
 * Finds ids below which no row can appear any more. An id is taken before its transaction commits, so a lower one may become
 * visible after a higher one. A transaction locks the table before it takes an id: once every transaction that held a lock
 * after `lastId` was read has ended, each id up to that one is committed or lost.
 */
export class SettledIds {
  private waiting: { lastId: bigint; writers: ReadonlySet<string> } | null = null;
  private settledId = 0n;

  /** Every id up to the result is settled. Call it with snapshots in the order in which they were taken. */
  observe({ lastId, writers }: WriterSnapshot): bigint {
    const { waiting } = this;
    if (waiting && !writers.some((writer) => waiting.writers.has(writer))) {
      this.settledId = waiting.lastId;
      this.waiting = null;
    }
    if (writers.length === 0) this.settledId = lastId;
    else this.waiting ??= { lastId, writers: new Set(writers) };
    return this.settledId;
  }
}
