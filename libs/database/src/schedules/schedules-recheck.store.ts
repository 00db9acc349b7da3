import { timingOf, type Schedule } from '@app/domain';
import type { Database } from '../connection/database.js';
import { toSchedule } from './schedule-row.js';
import type { NextFireAt } from './schedules.store.js';

/** A next tick this near is left alone: a scheduler may be firing it. */
const LEAVE_SECONDS = 2;

export interface RecheckReport {
  corrected: number;
  /** Enabled schedules that have no future tick, or whose ticks cannot be computed. */
  unclear: { id: number; problem: string }[];
}

/**
 * Compares the stored next tick of every enabled schedule with a fresh computation. They differ for rows of an older
 * version, after a change of the time zone database, and after a change of the table by hand.
 */
export class ScheduleRecheckStore {
  constructor(
    private readonly database: Database,
    private readonly nextFireAt: NextFireAt,
  ) {}

  /** May be repeated, and run by several processes at once. */
  async recheck(pageSize = 500): Promise<RecheckReport> {
    const report: RecheckReport = { corrected: 0, unclear: [] };
    for (let afterId = 0n; ;) {
      const [clock] = await this.database.client.$queryRaw<{ now: Date }[]>`SELECT clock_timestamp() AS now`;
      const rows = await this.database.client.schedule.findMany({
        where: { enabled: true, id: { gt: afterId } },
        orderBy: { id: 'asc' },
        take: pageSize,
      });
      for (const row of rows) {
        const outcome = clock && (await this.correct(toSchedule(row), clock.now));
        if (outcome === 'corrected') report.corrected += 1;
        else if (outcome) report.unclear.push({ id: Number(row.id), problem: outcome.problem });
      }
      if (rows.length < pageSize) return report;
      afterId = rows.at(-1)?.id ?? afterId;
    }
  }

  private async correct(schedule: Schedule, now: Date): Promise<'corrected' | { problem: string } | null> {
    const nearMs = now.getTime() + LEAVE_SECONDS * 1000;
    if (schedule.nextFireAt !== null && schedule.nextFireAt.getTime() <= nearMs) return null;
    const expected = this.expect(schedule, now);
    if (!(expected instanceof Date)) return expected;
    if (expected.getTime() === schedule.nextFireAt?.getTime()) return null;
    if (schedule.nextFireAt !== null && expected.getTime() <= nearMs) return null;
    // Only if the schedule was neither changed nor fired since it was read.
    const changed = await this.database.client.$executeRaw`
      UPDATE schedule SET next_fire_at = ${expected.toISOString()}::timestamptz
      WHERE id = ${schedule.id} AND enabled AND cron = ${schedule.cron} AND time_zone = ${schedule.timeZone}
        AND at IS NOT DISTINCT FROM ${schedule.at?.toISOString() ?? null}::timestamptz
        AND next_fire_at IS NOT DISTINCT FROM ${schedule.nextFireAt?.toISOString() ?? null}::timestamptz`;
    return changed > 0 ? 'corrected' : null;
  }

  private expect(schedule: Schedule, now: Date): Date | { problem: string } {
    try {
      return this.nextFireAt(timingOf(schedule), now) ?? { problem: 'it has no future tick' };
    } catch (error) {
      return { problem: error instanceof Error ? error.message : String(error) };
    }
  }
}
