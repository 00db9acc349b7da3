import type { ScheduleTick, TickOutcome } from '@app/domain';
import type { Database } from '../connection/database.js';

/** The outcome of past ticks. */
export class TicksStore {
  constructor(private readonly database: Database) {}

  /**
   * Ticks of one schedule, newest first. @param page `before`: `fireAt` of the last tick of the previous page; null:
   * the first page
   */
  async list(
    scheduleId: number,
    { before, limit }: { before: Date | null; limit: number },
  ): Promise<ScheduleTick[]> {
    const rows = await this.database.client.scheduleTick.findMany({
      where: { scheduleId: BigInt(scheduleId), ...(before && { fireAt: { lt: before } }) },
      orderBy: { fireAt: 'desc' },
      take: limit,
    });
    return rows.map(({ fireAt, outcome, executionId, count, reason, decidedAt }) => ({
      fireAt,
      outcome: outcome as TickOutcome,
      executionId: executionId === null ? null : Number(executionId),
      count,
      reason,
      decidedAt,
    }));
  }
}
