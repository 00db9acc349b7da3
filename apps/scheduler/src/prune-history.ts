import type { PruneReport, RetentionStore } from '@app/database';

const EXECUTIONS_AT_ONCE = 1_000;
const ROWS_AT_ONCE = 5_000;
/** What is left then is forgotten at the next turn. */
const MOST_MS = 20_000;

/** Forgets what is older than the installation keeps, in small steps. Any number of replicas may do it at once. */
export class PruneHistory {
  constructor(
    private readonly retention: RetentionStore,
    private readonly retentionDays: number,
  ) {}

  async prune(): Promise<PruneReport> {
    const days = this.retentionDays;
    const deadlineMs = performance.now() + MOST_MS;
    const executions = await repeat(deadlineMs, EXECUTIONS_AT_ONCE, (most) =>
      this.retention.forgetExecutions(days, most),
    );
    const ticks = await repeat(deadlineMs, ROWS_AT_ONCE, (most) => this.retention.forgetTicks(days, most));
    const notifications = await repeat(deadlineMs, ROWS_AT_ONCE, (most) =>
      this.retention.forgetNotifications(days, most),
    );
    await this.retention.forgetSignIns(days);
    let partitions = 0;
    while (performance.now() < deadlineMs && (await this.retention.dropLogPartition(days)) !== null) {
      partitions += 1;
    }
    return { executions, ticks, notifications, partitions };
  }
}

/** Until a step finds less than it may take. */
async function repeat(
  deadlineMs: number,
  most: number,
  step: (most: number) => Promise<number>,
): Promise<number> {
  for (let sum = 0; ;) {
    const count = await step(most);
    sum += count;
    if (count < most || performance.now() >= deadlineMs) return sum;
  }
}
