import { routes, SCHEDULE_TEXTS, type BodyOf } from '@app/contract';
import type { AuditEntry, EntryOfChange, ScheduleChanges, SchedulesStore } from '@app/database';
import { AppError, type Proc, type Schedule } from '@app/domain';
import type { Access } from '../authentication/access.js';
import type { Caller } from '../authentication/caller.js';
import type { FindProc } from '../procs/find-proc.js';
import { checkMailDomains, checkMailInterval } from './check-mail.js';
import { checkScheduleChanges } from './check-schedule.js';
import { neverFires } from './check-timing.js';
import { describeScheduleChanges } from './describe-schedule-changes.js';
import { duplicateSchedule } from './duplicate-schedule.js';
import { tooManySchedules } from './too-many-schedules.js';
import type { WriteScheduleDependencies } from './write-schedule-dependencies.js';

type Body = BodyOf<'updateSchedule'>;
export interface UpdateScheduleDependencies extends WriteScheduleDependencies {
  schedules: Pick<SchedulesStore, 'update'>;
  findProc: Pick<FindProc, 'find'>;
  access: Pick<Access, 'mayChange'>;
}

/** Changes schedules. */
export class UpdateSchedule {
  constructor(private readonly dependencies: UpdateScheduleDependencies) {}

  /**
   * Changes the fields that are given; `args` replaces all args, also the secret ones. May be repeated. Whoever may see the
   * schedule may pause it. It runs in its owner's name, so only its owner, who must still be allowed to execute the proc,
   * and admins may change anything else, or resume it.
   * @throws AppError for the first invalid field; nothing has changed then
   */
  async update(id: string, body: Body, caller: Caller): Promise<Schedule> {
    throwIfEmpty(body);
    const checked = checkScheduleChanges(body);
    const schedule = await this.dependencies.findSchedule.find(id, caller);
    const proc = isPause(body) ? null : await this.findProcForChange(schedule, caller);
    this.checkMail(schedule, checked);
    const changes: ScheduleChanges = {
      ...checked,
      ...(body.enabled !== undefined && { enabled: body.enabled }),
      ...(body.args && proc && this.prepare(proc, body.args)),
    };
    const entry = {
      actor: caller.user.email,
      action: 'updateSchedule',
      subject: String(schedule.id),
      address: caller.address,
      details: { proc: schedule.procName, changed: Object.keys(body).join(' ') },
    };
    const entryOf = (before: Schedule | null, after: Schedule): AuditEntry => ({
      ...entry,
      allowed: true,
      details: { ...entry.details, changes: describeScheduleChanges(before, after, body.args !== undefined) },
    });
    const updated = await this.dependencies.audit.noteIfRefused(entry, () =>
      this.store(schedule, changes, entryOf),
    );
    // Not awaited: the schedulers poll every second anyway.
    void this.dependencies.signals.send('schedulesChanged', {});
    return updated;
  }

  /** A schedule that was written under other rules stays as it is until what they are about changes. */
  private checkMail(schedule: Schedule, checked: ReturnType<typeof checkScheduleChanges>): void {
    const { mailRules } = this.dependencies;
    checkMailDomains(checked.notificationEmails ?? [], mailRules);
    const { cron, notificationEmails, notifyOn } = checked;
    if (cron ?? notificationEmails ?? notifyOn) {
      checkMailInterval({ ...schedule, ...checked }, mailRules, new Date());
    }
  }

  private async findProcForChange(schedule: Schedule, caller: Caller): Promise<Proc> {
    if (!this.dependencies.access.mayChange(caller, schedule)) throw onlyOwnerOrAdmin();
    return (await this.dependencies.findProc.find(schedule.procName, caller)).proc;
  }

  private prepare(
    proc: Proc,
    args: NonNullable<Body['args']>,
  ): Pick<ScheduleChanges, 'args' | 'secretArgs' | 'argsHash' | 'otherArgsHashes'> {
    return {
      ...this.dependencies.prepareArgs.forSchedule(proc, args),
      ...this.dependencies.argsHash.columnsOf(proc.name, args),
    };
  }

  private async store(
    { id, procName }: Schedule,
    changes: ScheduleChanges,
    entryOf: EntryOfChange<Schedule>,
  ): Promise<Schedule> {
    const outcome = await this.dependencies.schedules.update(id, changes, entryOf);
    switch (outcome.kind) {
      case 'updated':
        return outcome.schedule;
      case 'duplicate':
        throw duplicateSchedule(procName);
      case 'not_found':
        throw new AppError('not_found', SCHEDULE_TEXTS.notFound);
      case 'never':
        throw neverFires();
      case 'too_many':
        throw tooManySchedules(this.dependencies.maxPerOwner);
    }
  }
}

/** Whether the change pauses the schedule and does nothing else. */
function isPause({ enabled, ...rest }: Body): boolean {
  return enabled === false && Object.values(rest).every((value) => value === undefined);
}

function onlyOwnerOrAdmin(): AppError {
  const message =
    'This schedule runs in the name of its owner: only its owner and admins may change or resume it.';
  return new AppError('forbidden', message, {
    hint: 'You may pause or remove it. Ask its owner to change it, or create a schedule of your own.',
  });
}

function throwIfEmpty(body: Body): void {
  if (Object.values(body).some((value) => value !== undefined)) return;
  throw new AppError('malformed_request', 'Nothing to change.', {
    hint: `Send at least one of ${Object.keys(routes.updateSchedule.body.shape).join(', ')}.`,
  });
}
