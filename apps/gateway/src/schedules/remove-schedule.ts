import { SCHEDULE_TEXTS } from '@app/contract';
import type { SchedulesStore } from '@app/database';
import { AppError } from '@app/domain';
import type { AuditTrail } from '../audit/audit-trail.js';
import type { Caller } from '../authentication/caller.js';
import type { FindSchedule } from './find-schedule.js';

/** Removes schedules. Keeps their executions, but cancels those that are still queued behind a running one. */
export class RemoveSchedule {
  constructor(
    private readonly schedules: Pick<SchedulesStore, 'remove'>,
    private readonly finder: FindSchedule,
    private readonly audit: AuditTrail,
  ) {}

  /** @throws AppError as `FindSchedule` does */
  async remove(id: string, caller: Caller): Promise<void> {
    const schedule = await this.finder.find(id, caller);
    const entry = {
      actor: caller.user.email,
      action: 'removeSchedule',
      subject: String(schedule.id),
      address: caller.address,
      details: { proc: schedule.procName, cron: schedule.cron, owner: schedule.userEmail },
    };
    await this.audit.recordChange(entry, async () => {
      if (await this.schedules.remove(schedule.id)) return;
      throw new AppError('not_found', SCHEDULE_TEXTS.notFound);
    });
  }
}
