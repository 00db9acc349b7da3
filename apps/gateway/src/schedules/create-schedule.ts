import type { BodyOf } from '@app/contract';
import type { NewSchedule, SchedulesStore } from '@app/database';
import type { Schedule } from '@app/domain';
import type { Caller } from '../authentication/caller.js';
import { checkMailDomains, checkMailInterval } from './check-mail.js';
import { checkSchedule } from './check-schedule.js';
import { neverFires } from './check-timing.js';
import { duplicateSchedule } from './duplicate-schedule.js';
import { procNotFound } from './find-schedule.js';
import { tooManySchedules } from './too-many-schedules.js';
import type { WriteScheduleDependencies } from './write-schedule-dependencies.js';

export interface CreateScheduleDependencies extends WriteScheduleDependencies {
  schedules: Pick<SchedulesStore, 'create'>;
}

/** Creates schedules. */
export class CreateSchedule {
  constructor(private readonly dependencies: CreateScheduleDependencies) {}

  /**
   * Of concurrent requests for the same proc and args one creates the schedule, the others get `conflict`; with secret args
   * only requests of the same owner, because a conflict tells that a guess is right.
   * @throws AppError for the first invalid field, in v2's order; nothing has changed then
   */
  async create(body: BodyOf<'createSchedule'>, caller: Caller): Promise<Schedule> {
    const { jobName: procName, args, enabled } = body;
    const checked = checkSchedule(body);
    checkMailDomains(checked.notificationEmails, this.dependencies.mailRules);
    checkMailInterval(checked, this.dependencies.mailRules, new Date());
    const proc = await this.dependencies.findSchedule.findProc(procName, caller);
    const prepared = this.dependencies.prepareArgs.forSchedule(proc, args);
    const entry = {
      actor: caller.user.email,
      action: 'createSchedule',
      subject: procName,
      address: caller.address,
      details: { ...(checked.at ? { at: checked.at.toISOString() } : { cron: checked.cron }) },
    };
    const schedule = {
      procName,
      ...prepared,
      ...this.dependencies.argsHash.columnsOf(procName, args),
      ...checked,
      userEmail: caller.user.email,
      enabled,
    };
    const created = await this.dependencies.audit.recordChange(entry, () => this.store(schedule));
    // Not awaited: the schedulers poll every second anyway.
    void this.dependencies.signals.send('schedulesChanged', {});
    return created;
  }

  private async store(schedule: NewSchedule): Promise<Schedule> {
    const outcome = await this.dependencies.schedules.create(schedule);
    switch (outcome.kind) {
      case 'created':
        return outcome.schedule;
      case 'duplicate':
        throw duplicateSchedule(schedule.procName);
      case 'no_proc':
        throw procNotFound(schedule.procName);
      case 'never':
        throw neverFires();
      case 'too_many':
        throw tooManySchedules(this.dependencies.maxPerOwner);
    }
  }
}
