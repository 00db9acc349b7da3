import type { PruneReport, RetentionStore } from '@app/database';
import { MAX_ROUND_MS, repeatStep } from './repeat-step.js';

const EXECUTIONS_AT_ONCE = 1_000;
const ROWS_AT_ONCE = 5_000;
const FILES_UNUSED_MS = 3_600_000;

/** Deletes history past the retention time, in small steps. Any number of replicas may prune at once. */
export class PruneHistory {
  constructor(
    private readonly retention: RetentionStore,
    private readonly retentionDays: number,
  ) {}

  async prune(): Promise<PruneReport> {
    const days = this.retentionDays;
    const deadlineMs = performance.now() + MAX_ROUND_MS;
    const executions = await repeatStep(deadlineMs, EXECUTIONS_AT_ONCE, (max) =>
      this.retention.deleteExecutions(days, max),
    );
    const ticks = await repeatStep(deadlineMs, ROWS_AT_ONCE, (max) => this.retention.deleteTicks(days, max));
    const notifications = await repeatStep(deadlineMs, ROWS_AT_ONCE, (max) =>
      this.retention.deleteNotifications(days, max),
    );
    await this.retention.deleteSignIns(days);
    await this.retention.deleteFiles(FILES_UNUSED_MS);
    let partitions = 0;
    while (performance.now() < deadlineMs && (await this.retention.dropLogPartition(days)) !== null) {
      partitions += 1;
    }
    return { executions, ticks, notifications, partitions };
  }
}
