import { isPossibleExecutionId, SCHEDULE_TEXTS } from '@app/contract';
import type { ProcsStore, SchedulesStore } from '@app/database';
import { AppError, type Proc, type Schedule } from '@app/domain';
import type { Access, Requester } from '../authentication/access.js';
import type { FindProc } from '../procs/find-proc.js';

/** The args of one schedule can have hundreds of kilobytes. */
const READ_AT_ONCE = 50;

/** Finds schedules for their owner, users who may execute their proc, and admins. */
export class FindSchedule {
  constructor(
    private readonly schedules: Pick<SchedulesStore, 'find' | 'list'>,
    private readonly procs: Pick<ProcsStore, 'find'>,
    private readonly executable: FindProc,
    private readonly access: Access,
  ) {}

  /** @param id decimal digits @throws AppError `not_found`, `forbidden` */
  async find(id: string, requester: Requester): Promise<Schedule> {
    const schedule = isPossibleExecutionId(id) ? await this.schedules.find(Number(id)) : null;
    if (!schedule) throw new AppError('not_found', SCHEDULE_TEXTS.notFound);
    const groups = (await this.procs.find(schedule.procName))?.proc.authorizedGroups ?? null;
    if (await this.access.maySee(requester, schedule, groups)) return schedule;
    // Without the proc's name, which only users who may execute it may see.
    throw new AppError(
      'forbidden',
      'You may not see this schedule: it is not yours, and you may not execute its proc.',
    );
  }

  /** Yields schedules by id, reading a few at a time. @param options `all`: paused ones too; `after`: the id to start after */
  async *listFor(
    requester: Requester,
    options: { all: boolean; after: number | null; limit: number },
  ): AsyncGenerator<Schedule, void> {
    const visibleTo = requester.isAdmin
      ? null
      : {
          owner: requester.user,
          procNames: (await this.executable.listFor(requester)).map(({ name }) => name),
        };
    let { after, limit } = options;
    while (limit > 0) {
      const size = Math.min(READ_AT_ONCE, limit);
      const read = await this.schedules.list({ all: options.all, visibleTo, after, limit: size });
      yield* read;
      if (read.length < size) return;
      limit -= size;
      after = read.at(-1)?.id ?? after;
    }
  }

  /** Finds the proc of a new schedule. @throws AppError `not_found`, `forbidden` */
  async findProc(name: string, requester: Requester): Promise<Proc> {
    const found = await this.procs.find(name);
    if (!found) throw procNotFound(name);
    await this.executable.throwUnlessExecutable(found.proc, requester);
    return found.proc;
  }
}

export function procNotFound(name: string): AppError {
  const shown = JSON.stringify(name.slice(0, 100));
  return new AppError('not_found', SCHEDULE_TEXTS.procNotFound, {
    plainText: SCHEDULE_TEXTS.procNotFound,
    details: [{ field: 'jobName', message: `no such proc: ${shown}` }],
  });
}
