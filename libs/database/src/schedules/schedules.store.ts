import { timingOf, type Schedule, type SchedulePolicies, type ScheduleTiming } from '@app/domain';
import type { Database, Session } from '../connection/database.js';
import type { AdmissionSettings } from '../executions/admission/gate.js';
import { lockWaiters } from '../executions/admission/overlap-gate.js';
import { finish, NEVER_CLAIMED, type Finish } from '../executions/finish.js';
import type { SealedArgs } from '../executions/sealed-args.js';
import { Prisma } from '../generated/client.js';
import { keepBlackout, toSchedule } from './schedule-row.js';

/** A schedule that was checked against its proc. */
export interface NewSchedule extends SchedulePolicies {
  procName: string;
  /** Without those of type `secret`. */
  args: Readonly<Record<string, string>>;
  secretArgs: SealedArgs | null;
  /** Of all args, keyed: a proc is scheduled once with the same args. */
  argsHash: string;
  tags: string;
  /** Empty exactly if `at` is given. */
  cron: string;
  at: Date | null;
  notificationEmails: readonly string[];
  userEmail: string;
  group: string;
  enabled: boolean;
}

/** What is left out stays. `args`, `secretArgs` and `argsHash` belong together, and so do `cron` and `at`. */
export type ScheduleChanges = Partial<Omit<NewSchedule, 'procName' | 'userEmail'>>;

/** `never`: none of its times is still to come; `too_many`: its owner has as many as one may have. */
export type CreateScheduleOutcome =
  | { kind: 'created'; schedule: Schedule }
  | { kind: 'duplicate' }
  | { kind: 'no_proc' }
  | { kind: 'never' }
  | { kind: 'too_many' };

export type UpdateScheduleOutcome =
  | { kind: 'updated'; schedule: Schedule }
  | { kind: 'duplicate' }
  | { kind: 'not_found' }
  | { kind: 'never' }
  | { kind: 'too_many' };

export interface SchedulesPage {
  /** Paused ones too. */
  all: boolean;
  /** Those of these procs, and the user's own; null: everything (admins). */
  visibleTo: { email: string; procNames: readonly string[] } | null;
  /** Id of the last one seen; null: from the first. */
  after: number | null;
  limit: number;
}

/** The first tick strictly after an instant; null: there is none. */
export type NextFireAt = (timing: ScheduleTiming, after: Date) => Date | null;

export interface SchedulesSettings extends AdmissionSettings {
  nextFireAt: NextFireAt;
  /** How many schedules an owner may have, paused ones included; one-shots that have run are not counted. */
  maxPerOwner: number;
}

/** Schedules from the side of those who make them. What fires them is DueSchedulesStore. */
export class SchedulesStore {
  constructor(
    private readonly database: Database,
    private readonly settings: SchedulesSettings,
  ) {}

  /** One of several calls at once with the same proc and args wins; the others are duplicates. */
  async create(schedule: NewSchedule): Promise<CreateScheduleOutcome> {
    const { procName, userEmail, args, argsHash, tags, cron, group, enabled, ...rest } = schedule;
    const given = { procName, userEmail, args, argsHash, tags, cron, groupName: group, enabled };
    try {
      return await this.database.transaction(async (session) => {
        const next = this.settings.nextFireAt(timingOf(schedule), await readClock(session));
        if (next === null) return { kind: 'never' };
        if (await this.hasTooMany(session, userEmail)) {
          // Of one that is there already the answer is that.
          const isThere = await session.schedule.findFirst({
            where: { procName, argsHash },
            select: { id: true },
          });
          return { kind: isThere ? 'duplicate' : 'too_many' };
        }
        const notificationEmails = [...schedule.notificationEmails];
        const data = { ...toColumns(rest), ...given, notificationEmails, nextFireAt: enabled ? next : null };
        return { kind: 'created', schedule: toSchedule(await session.schedule.create({ data })) };
      });
    } catch (error) {
      if (hasCode(error, UNIQUE_VIOLATION)) return { kind: 'duplicate' };
      if (hasCode(error, FOREIGN_KEY_VIOLATION)) return { kind: 'no_proc' };
      throw error;
    }
  }

  async find(id: number): Promise<Schedule | null> {
    const row = await this.database.client.schedule.findUnique({ where: { id: BigInt(id) } });
    return row && toSchedule(row);
  }

  /** By id. */
  async list({ all, visibleTo, after, limit }: SchedulesPage): Promise<Schedule[]> {
    const rows = await this.database.client.schedule.findMany({
      where: {
        ...(!all && { enabled: true }),
        ...(after !== null && { id: { gt: BigInt(after) } }),
        ...(visibleTo && {
          OR: [{ userEmail: visibleTo.email }, { procName: { in: [...visibleTo.procNames] } }],
        }),
      },
      orderBy: { id: 'asc' },
      take: limit,
    });
    return rows.map(toSchedule);
  }

  /** A schedule that is paused and is enabled again goes on with its first tick after now. */
  async update(id: number, changes: ScheduleChanges): Promise<UpdateScheduleOutcome> {
    try {
      return await this.database.transaction(async (session) => {
        // Waits for a scheduler that is firing it, and keeps others away.
        await session.$queryRaw`SELECT 1 FROM schedule WHERE id = ${id} FOR UPDATE`;
        const row = await session.schedule.findUnique({ where: { id: BigInt(id) } });
        if (!row) return { kind: 'not_found' };
        const timing = await this.retime(session, toSchedule(row), changes);
        if (timing === 'never') return { kind: 'never' };
        const isResumed = changes.enabled === true && !row.enabled;
        const isBack = isResumed && row.argsHash.includes(DONE_HASH_SUFFIX);
        if (isBack && (await this.hasTooMany(session, row.userEmail))) return { kind: 'too_many' };
        const hash = isResumed && { argsHash: changes.argsHash ?? withoutDone(row.argsHash) };
        const data = { ...toColumns(changes), ...timing, ...hash, ...(isResumed && { pausedReason: null }) };
        const updated = await session.schedule.update({ where: { id: row.id }, data });
        return { kind: 'updated', schedule: toSchedule(updated) };
      });
    } catch (error) {
      if (hasCode(error, UNIQUE_VIOLATION)) return { kind: 'duplicate' };
      throw error;
    }
  }

  /**
   * False: there was none. Its executions stay; those that waited for the one before them have never begun, and are
   * cancelled: a removed schedule starts nothing any more.
   */
  async remove(id: number): Promise<boolean> {
    return this.database.transaction(async (session) => {
      const { count } = await session.schedule.deleteMany({ where: { id: BigInt(id) } });
      if (count === 0) return false;
      const waiters = await lockWaiters(session, id);
      await finish(session, waiters.map(endOfRemoved), this.settings);
      return true;
    });
  }

  /** Null: it has none, or there is no such schedule. */
  async readSecretArgs(id: number): Promise<SealedArgs | null> {
    const row = await this.database.client.schedule.findUnique({
      where: { id: BigInt(id) },
      select: { secretArgs: true },
    });
    return (row?.secretArgs ?? null) as SealedArgs | null;
  }

  /** Several calls for one owner go one after the other. */
  private async hasTooMany(session: Session, owner: string): Promise<boolean> {
    await session.$executeRaw`SELECT pg_advisory_xact_lock(hashtext('proctor.schedules'), hashtext(${owner}))`;
    const [row] = await session.$queryRaw<{ count: number }[]>`
      SELECT count(*)::int AS count FROM schedule
      WHERE user_email = ${owner} AND position(${DONE_HASH_SUFFIX} IN args_hash) = 0`;
    return (row?.count ?? 0) >= this.settings.maxPerOwner;
  }

  /** What the changes mean for its next tick; one that is not touched stays, so that a due one is not lost. */
  private async retime(
    session: Session,
    before: Schedule,
    changes: ScheduleChanges,
  ): Promise<{ nextFireAt?: Date | null } | 'never'> {
    const enabled = changes.enabled ?? before.enabled;
    const after = {
      at: changes.at === undefined ? before.at : changes.at,
      cron: changes.cron ?? before.cron,
      timeZone: changes.timeZone ?? before.timeZone,
    };
    const isMoved =
      after.at?.getTime() !== before.at?.getTime() ||
      after.cron !== before.cron ||
      after.timeZone !== before.timeZone;
    if (!isMoved && enabled === before.enabled) return {};
    if (!isMoved && !enabled) return { nextFireAt: null };
    const next = this.settings.nextFireAt(timingOf(after), await readClock(session));
    if (next === null) return 'never';
    return { nextFireAt: enabled ? next : null };
  }
}

/** How an execution ends whose schedule was removed while it waited for the one before. */
function endOfRemoved(executionId: number): Finish {
  return {
    executionId,
    epoch: NEVER_CLAIMED,
    status: 'CANCELLED',
    exitCode: null,
    reason: 'Its schedule was removed before it could start.',
    isCancelRequest: true,
  };
}

/** A one-shot schedule that is done keeps its row, and makes way for another one with the same args. */
export const DONE_HASH_SUFFIX = ' done ';

function withoutDone(argsHash: string): string {
  return argsHash.split(DONE_HASH_SUFFIX, 1)[0] ?? argsHash;
}

async function readClock(session: Session): Promise<Date> {
  const [row] = await session.$queryRaw<{ now: Date }[]>`SELECT clock_timestamp() AS now`;
  if (!row) throw new Error('Postgres told no time');
  return row.now;
}

// https://www.prisma.io/docs/orm/reference/error-reference
const UNIQUE_VIOLATION = 'P2002';
const FOREIGN_KEY_VIOLATION = 'P2003';

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Prisma.PrismaClientKnownRequestError && error.code === code;
}

function toColumns({ args, secretArgs, notificationEmails, group, blackouts, ...rest }: ScheduleChanges) {
  return {
    ...rest,
    args,
    secretArgs: secretArgs === null ? Prisma.DbNull : secretArgs,
    notificationEmails: notificationEmails && [...notificationEmails],
    groupName: group,
    blackouts: blackouts?.map(keepBlackout),
    notifyOn: rest.notifyOn && [...rest.notifyOn],
  };
}
