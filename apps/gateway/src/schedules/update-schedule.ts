import { routes, SCHEDULE_TEXTS, type BodyOf } from '@app/contract';
import type { ScheduleChanges, SchedulesStore } from '@app/database';
import { AppError, owns, type Proc, type Schedule } from '@app/domain';
import type { Caller } from '../authentication/caller.js';
import type { FindProc } from '../procs/find-proc.js';
import { checkScheduleChanges } from './check-schedule.js';
import { neverFires } from './check-timing.js';
import { duplicateSchedule } from './duplicate-schedule.js';
import { tooManySchedules } from './too-many-schedules.js';
import type { WriteScheduleDependencies } from './write-schedule-dependencies.js';

type Body = BodyOf<'updateSchedule'>;
export interface UpdateScheduleDependencies extends WriteScheduleDependencies {
  schedules: Pick<SchedulesStore, 'update'>;
  findProc: Pick<FindProc, 'find'>;
}

/** Changes schedules. */
export class UpdateSchedule {
  constructor(private readonly dependencies: UpdateScheduleDependencies) {}

  /**
   * Changes the fields that are given; `args` replaces all args, also the secret ones. May be repeated. The caller must be
   * allowed to execute the proc, but the owner may always disable the schedule. Since it runs in the owner's name, only
   * the owner and admins may change its args.
   * @throws AppError for the first invalid field; nothing has changed then
   */
  async update(id: string, body: Body, caller: Caller): Promise<Schedule> {
    throwIfEmpty(body);
    const checked = checkScheduleChanges(body);
    const schedule = await this.dependencies.findSchedule.find(id, caller);
    const proc = isDisabledOnly(body)
      ? null
      : (await this.dependencies.findProc.find(schedule.procName, caller)).proc;
    if (body.args) throwUnlessOwnerOrAdmin(schedule, caller);
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
    const updated = await this.dependencies.audit.recordChange(entry, () => this.store(schedule, changes));
    // Not awaited: the schedulers poll every second anyway.
    void this.dependencies.signals.send('schedulesChanged', {});
    return updated;
  }

  private prepare(
    proc: Proc,
    args: NonNullable<Body['args']>,
  ): Pick<ScheduleChanges, 'args' | 'secretArgs' | 'argsHash'> {
    return {
      ...this.dependencies.prepareArgs.forSchedule(proc, args),
      argsHash: this.dependencies.argsHash.of([proc.name, args]),
    };
  }

  private async store({ id, procName }: Schedule, changes: ScheduleChanges): Promise<Schedule> {
    const outcome = await this.dependencies.schedules.update(id, changes);
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

/** Whether the change disables the schedule and does nothing else. */
function isDisabledOnly({ enabled, ...rest }: Body): boolean {
  return enabled === false && Object.values(rest).every((value) => value === undefined);
}

function throwUnlessOwnerOrAdmin(schedule: Schedule, { user, isAdmin }: Caller): void {
  if (isAdmin || owns(user, schedule)) return;
  throw new AppError(
    'forbidden',
    'Only the owner and admins may change the args of a schedule: it runs in the owner’s name.',
    {
      hint: 'Create a schedule of your own.',
    },
  );
}

function throwIfEmpty(body: Body): void {
  if (Object.values(body).some((value) => value !== undefined)) return;
  throw new AppError('malformed_request', 'Nothing to change.', {
    hint: `Send at least one of ${Object.keys(routes.updateSchedule.body.shape).join(', ')}.`,
  });
}
