import type { ChainHead } from '@app/database';
import type { Logger } from '@app/platform';

export interface ReportHeadsDependencies {
  logger: Pick<Logger, 'info'>;
  /** Null: heads are only logged. */
  webhook: { send(head: ChainHead): void; close(): Promise<void> } | null;
}

const INTERVAL_MS = 60_000;

/**
 * Reports the head of the audit chain to the log and to a webhook: copies that access to the database is not enough to
 * change. At most once a minute, and when the gateway stops.
 */
export class ReportHeads {
  private latest: ChainHead | null = null;
  private reported: ChainHead | null = null;
  private timer: NodeJS.Timeout | null = null;

  constructor(private readonly dependencies: ReportHeadsDependencies) {}

  note(head: ChainHead): void {
    this.latest = head;
    if (!this.timer) this.report();
  }

  async close(): Promise<void> {
    this.report();
    if (this.timer) clearTimeout(this.timer);
    await this.dependencies.webhook?.close();
  }

  private report(): void {
    const { latest, reported } = this;
    if (!latest || (reported?.n === latest.n && reported.hash === latest.hash)) return;
    this.reported = latest;
    this.dependencies.logger.info({ ...latest }, 'audit chain head');
    this.dependencies.webhook?.send(latest);
    if (this.timer) clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.timer = null;
      this.report();
    }, INTERVAL_MS);
    this.timer.unref();
  }
}
