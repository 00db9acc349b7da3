import type { BodyOf } from '@app/contract';
import type { NewSchedule, SchedulesStore } from '@app/database';
import type { Schedule } from '@app/domain';
import type { SignalSender } from '@app/queue';
import type { KeyedHash } from '../executions/keyed-hash.js';
import type { AuditTrail } from '../audit/audit-trail.js';
import type { Caller } from '../authentication/caller.js';
import type { PrepareArgs } from '../procs/prepare-args.js';
import { checkSchedule } from './check-schedule.js';
import { neverFires } from './check-timing.js';
import { duplicateSchedule } from './duplicate-schedule.js';
import { procNotFound, type FindSchedule } from './find-schedule.js';
import { tooManySchedules } from './too-many-schedules.js';

/** Makes schedules. */
export class CreateSchedule {
  constructor(
    private readonly schedules: Pick<SchedulesStore, 'create'>,
    private readonly finder: FindSchedule,
    private readonly prepareArgs: PrepareArgs,
    private readonly argsHash: KeyedHash,
    private readonly audit: AuditTrail,
    private readonly signals: Pick<SignalSender, 'send'>,
    private readonly maxPerOwner: number,
  ) {}

  /**
   * Of several requests for the same proc and args one gets the schedule, the others `conflict`.
   * @throws AppError for the first thing that is wrong, in v2's order; then nothing has changed
   */
  async create(body: BodyOf<'createSchedule'>, caller: Caller): Promise<Schedule> {
    const { jobName: procName, args, enabled } = body;
    const checked = checkSchedule(body);
    const proc = await this.finder.findProc(procName, caller);
    const prepared = this.prepareArgs.forSchedule(proc, args);
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
      argsHash: this.argsHash.of([procName, args]),
      ...checked,
      userEmail: caller.user.email,
      enabled,
    };
    const created = await this.audit.recordChange(entry, () => this.store(schedule));
    // Nobody waits for it: the schedulers look within a second anyway.
    void this.signals.send('schedulesChanged', {});
    return created;
  }

  private async store(schedule: NewSchedule): Promise<Schedule> {
    const outcome = await this.schedules.create(schedule);
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
        throw tooManySchedules(this.maxPerOwner);
    }
  }
}
