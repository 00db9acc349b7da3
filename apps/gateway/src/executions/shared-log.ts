import type { ExecutionsStore, LogRow, LogsStore } from '@app/database';
import type { Execution } from '@app/domain';
import { BoundedMap } from '@app/timing';
import { SharedRuns } from './shared-runs.js';

/** The size of the page cache, for viewers that are slightly behind. */
const MAX_KEPT_BYTES = 8 * 1024 * 1024;
/** The memory of a row besides its text. */
const ROW_OVERHEAD_BYTES = 150;

/**
 * Reads logs for all viewers in this process: five hundred viewers of one execution cost Postgres as much as one. Rows
 * never change once they are visible, so a cached page is always valid, though it may lack later rows.
 */
export class SharedLog {
  private readonly reads = new SharedRuns((key: string) => this.readPage(key));
  private readonly looks = new SharedRuns((id: number) => this.executions.find(id));
  /** By execution and row before the first. */
  private readonly pages: BoundedMap<string, LogRow[]>;

  constructor(
    private readonly logs: Pick<LogsStore, 'read'>,
    private readonly executions: Pick<ExecutionsStore, 'find'>,
    maxKeptBytes = MAX_KEPT_BYTES,
  ) {
    this.pages = new BoundedMap({ maxSize: maxKeptBytes, sizeOf: bytesOf });
  }

  /** Some rows after `afterSeq`, in order. Empty only if there were none at some time after the call. */
  async read(executionId: number, afterSeq: number): Promise<LogRow[]> {
    const key = `${executionId}/${afterSeq}`;
    return this.pages.use(key) ?? this.reads.run(key);
  }

  /** The execution as it is at some moment after the call. */
  find(executionId: number): Promise<Execution | null> {
    return this.looks.run(executionId);
  }

  private async readPage(key: string): Promise<LogRow[]> {
    const [executionId = 0, afterSeq = 0] = key.split('/').map(Number);
    const rows = await this.logs.read(executionId, afterSeq);
    if (rows.length > 0) this.pages.set(key, rows);
    return rows;
  }
}

function bytesOf(rows: LogRow[]): number {
  return rows.reduce((sum, { text }) => sum + text.length + ROW_OVERHEAD_BYTES, 0);
}
