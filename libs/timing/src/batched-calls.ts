export interface BatchOptions<Entry, Result> {
  /** A batch has at most one entry with the same key; further ones follow in the order of their calls. */
  keyOf: (entry: Entry) => unknown;
  /**
   * Does the work of all entries at once. A result per entry, in their order; `ALONE`: run this one again by itself. Must be
   * repeatable, and all or nothing: after an error each entry is run again by itself.
   */
  run: (batch: readonly Entry[]) => Promise<readonly (Result | typeof ALONE)[]>;
  /** Errors that no entry causes: all calls of the batch fail with it at once. */
  isOutage: (error: unknown) => boolean;
  /** Between the starts of two batches. */
  minIntervalMs: number;
  maxEntries: number;
}

/** The result of an entry that cannot be handled together with others. */
export const ALONE = Symbol('alone');

interface Call<Entry, Result> {
  entry: Entry;
  key: unknown;
  resolve: (result: Result) => void;
  reject: (error: unknown) => void;
}

/**
 * Gathers single calls into batches: the first call runs at once, and those that come while it runs, or within the interval, go
 * together next. One batch runs at a time. An entry that fails does not fail others.
 */
export class BatchedCalls<Entry, Result> {
  private waiting: Call<Entry, Result>[] = [];
  private readonly running = new Set<unknown>();
  private isBatchRunning = false;
  private isScheduled = false;
  private startedAtMs = -Infinity;

  constructor(private readonly options: BatchOptions<Entry, Result>) {}

  call(entry: Entry): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ entry, key: this.options.keyOf(entry), resolve, reject });
      this.schedule();
    });
  }

  private schedule(): void {
    if (this.isScheduled || this.isBatchRunning || this.waiting.length === 0) return;
    this.isScheduled = true;
    const waitMs = this.startedAtMs + this.options.minIntervalMs - performance.now();
    const start = () => {
      this.isScheduled = false;
      void this.runNext();
    };
    if (waitMs > 0) setTimeout(start, waitMs);
    else queueMicrotask(start);
  }

  private async runNext(): Promise<void> {
    const batch = this.take();
    // All that wait, wait for one with their key: its end schedules the next batch.
    if (batch.length === 0) return;
    this.isBatchRunning = true;
    this.startedAtMs = performance.now();
    const again = await this.settle(batch);
    this.isBatchRunning = false;
    for (const call of again) void this.runAlone(call);
    this.schedule();
  }

  private take(): Call<Entry, Result>[] {
    const batch: Call<Entry, Result>[] = [];
    const passed = new Set<unknown>();
    this.waiting = this.waiting.filter((call) => {
      const isNext =
        batch.length < this.options.maxEntries && !this.running.has(call.key) && !passed.has(call.key);
      passed.add(call.key);
      if (isNext) batch.push(call);
      return !isNext;
    });
    for (const { key } of batch) this.running.add(key);
    return batch;
  }

  /** @returns the calls to run alone */
  private async settle(batch: readonly Call<Entry, Result>[]): Promise<readonly Call<Entry, Result>[]> {
    try {
      const results = await this.options.run(batch.map(({ entry }) => entry));
      return batch.filter((call, at) => {
        const result = results[at];
        if (result === ALONE) return true;
        this.end(call, () => call.resolve(result as Result));
        return false;
      });
    } catch (error) {
      if (batch.length > 1 && !this.options.isOutage(error)) return batch;
      for (const call of batch) this.end(call, () => call.reject(error));
      return [];
    }
  }

  private async runAlone(call: Call<Entry, Result>): Promise<void> {
    const [left] = await this.settle([call]);
    if (left) this.end(call, () => call.reject(new Error('a batch of one entry asked to be run alone')));
  }

  private end(call: Call<Entry, Result>, settle: () => void): void {
    this.running.delete(call.key);
    settle();
    this.schedule();
  }
}
