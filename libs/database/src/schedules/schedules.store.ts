import { timingOf, type Owner, type Schedule, type SchedulePolicies, type ScheduleTiming } from '@app/domain';
import { appendEntry, type EntryOfChange } from '../audit/append-entry.js';
import type { Database, Session } from '../connection/database.js';
import { FOREIGN_KEY_VIOLATION, hasCode, UNIQUE_VIOLATION } from '../connection/error-codes.js';
import type { AdmissionSettings } from '../executions/admission/gate.js';
import { unprepared } from '../connection/unprepared.js';
import { lockWaiters } from '../executions/admission/overlap-gate.js';
import { finish, NEVER_CLAIMED, type Finish } from '../executions/finish.js';
import type { SealedArgs } from '../executions/sealed-args.js';
import { Prisma } from '../generated/client.js';
import { DONE_HASH_SUFFIX, hasOtherHash, sameArgs, withoutDone } from './same-args.js';
import { storedBlackout, toSchedule } from './schedule-row.js';

/** A schedule that was checked against its proc. */
export interface NewSchedule
  extends
    SchedulePolicies,
    Pick<Schedule, 'procName' | 'args' | 'tags' | 'cron' | 'at' | 'notificationEmails'>,
    Pick<Schedule, 'userEmail' | 'group' | 'enabled'> {
  secretArgs: SealedArgs | null;
  /** Keyed hash of all args: a proc has at most one schedule with the same args, with secret ones one for each owner. */
  argsHash: string;
  /** Hashes of the same args that other schedules may have: under keys from before a rotation. */
  otherArgsHashes?: readonly string[];
}

/** Omitted fields stay unchanged. `args`, `secretArgs` and `argsHash` belong together, and so do `cron` and `at`. */
export type ScheduleChanges = Partial<Omit<NewSchedule, 'procName' | 'userEmail'>>;

/** `never`: it has no future tick; `too_many`: its owner has reached the limit. */
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
  /** True: paused schedules too. */
  all: boolean;
  /** Schedules of these procs and the user's own; null: all of them (admins). */
  visibleTo: { owner: Owner; procNames: readonly string[] } | null;
  /** Id of the last schedule of the previous page; null: the first page. */
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

/** Schedules as their owners see them. DueSchedulesStore fires them. */
export class SchedulesStore {
  constructor(
    private readonly database: Database,
    private readonly settings: SchedulesSettings,
  ) {}

  /** Of concurrent calls with the same proc and args one wins; the others are duplicates. */
  async create(schedule: NewSchedule): Promise<CreateScheduleOutcome> {
    const { procName, userEmail, args, argsHash, otherArgsHashes, tags, cron, group, enabled, ...rest } =
      schedule;
    const given = { procName, userEmail, args, argsHash, tags, cron, groupName: group, enabled };
    try {
      return await this.database.transaction(async (session) => {
        const next = this.settings.nextFireAt(timingOf(schedule), await readClock(session));
        if (next === null) return { kind: 'never' };
        if (await this.hasTooMany(session, userEmail)) {
          // A duplicate is reported as such, even past the limit.
          const existing = await session.schedule.findFirst({
            where: sameArgs(schedule),
            select: { id: true },
          });
          return { kind: existing ? 'duplicate' : 'too_many' };
        }
        if (await hasOtherHash(session, schedule, otherArgsHashes)) return { kind: 'duplicate' };
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
          OR: [...ownedBy(visibleTo.owner), { procName: { in: [...visibleTo.procNames] } }],
        }),
      },
      orderBy: { id: 'asc' },
      take: limit,
    });
    return rows.map(toSchedule);
  }

  /** A paused schedule that is enabled again continues with its first tick after now. Audited if `entryOf` is given. */
  async update(
    id: number,
    changes: ScheduleChanges,
    entryOf?: EntryOfChange<Schedule>,
  ): Promise<UpdateScheduleOutcome> {
    try {
      return await this.database.transaction(async (session) => {
        // Waits for a scheduler that is firing it, and keeps other schedulers from doing so.
        await session.$queryRaw`SELECT 1 FROM schedule WHERE id = ${id} FOR UPDATE`;
        const row = await session.schedule.findUnique({ where: { id: BigInt(id) } });
        if (!row) return { kind: 'not_found' };
        const timing = await this.retime(session, toSchedule(row), changes);
        if (timing === 'never') return { kind: 'never' };
        const isResumed = changes.enabled === true && !row.enabled;
        const isReopened = isResumed && row.argsHash.includes(DONE_HASH_SUFFIX);
        if (isReopened && (await this.hasTooMany(session, row.userEmail))) return { kind: 'too_many' };
        const { otherArgsHashes, ...columns } = changes;
        const after = { ...row, secretArgs: changes.secretArgs ?? null };
        if (await hasOtherHash(session, after, otherArgsHashes)) return { kind: 'duplicate' };
        const hash = isResumed && { argsHash: changes.argsHash ?? withoutDone(row.argsHash) };
        // What became of a single run is no longer true of a new time.
        const reason = (isResumed || changes.at) && { pausedReason: null };
        const data = { ...toColumns(columns), ...timing, ...hash, ...reason };
        const updated = await session.schedule.update({ where: { id: row.id }, data });
        if (entryOf) await appendEntry(session, entryOf(toSchedule(row), toSchedule(updated)));
        return { kind: 'updated', schedule: toSchedule(updated) };
      });
    } catch (error) {
      if (hasCode(error, UNIQUE_VIOLATION)) return { kind: 'duplicate' };
      throw error;
    }
  }

  /**
   * False: it does not exist. Its executions stay, but those that wait for the previous one are cancelled: a removed
   * schedule starts nothing.
   */
  async remove(id: number): Promise<boolean> {
    return this.database.transaction(async (session) => {
      const { count } = await session.schedule.deleteMany({ where: { id: BigInt(id) } });
      if (count === 0) return false;
      const waiters = await lockWaiters(unprepared(session), id);
      await finish(unprepared(session), waiters.map(endOfRemoved), this.settings);
      return true;
    });
  }

  /** Null: it has none, or the schedule does not exist. */
  async readSecretArgs(id: number): Promise<SealedArgs | null> {
    const row = await this.database.client.schedule.findUnique({
      where: { id: BigInt(id) },
      select: { secretArgs: true },
    });
    return (row?.secretArgs ?? null) as SealedArgs | null;
  }

  /** Concurrent calls for one owner run one after the other. */
  private async hasTooMany(session: Session, owner: string): Promise<boolean> {
    await session.$executeRaw`SELECT pg_advisory_xact_lock(hashtext('proctor.schedules'), hashtext(${owner}))`;
    const [row] = await session.$queryRaw<{ count: number }[]>`
      SELECT count(*)::int AS count FROM schedule
      WHERE user_email = ${owner} AND position(${DONE_HASH_SUFFIX} IN args_hash) = 0`;
    return (row?.count ?? 0) >= this.settings.maxPerOwner;
  }

  /** How the changes move its next tick. An unaffected tick stays, so that a due one is not lost. */
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

/** The end of an execution whose schedule was removed while it waited for the previous one. */
function endOfRemoved(executionId: number): Finish {
  return {
    executionId,
    epoch: NEVER_CLAIMED,
    status: 'CANCELLED',
    exitCode: null,
    reason: 'Its schedule was removed before it could start.',
    cancelRequest: { by: null },
  };
}

/** As `owns` in libs/domain. */
function ownedBy({ email, accountId = 0 }: Owner) {
  return email === '' ? [] : [{ userEmail: email, id: { gt: BigInt(accountId) } }];
}

async function readClock(session: Session): Promise<Date> {
  const [row] = await session.$queryRaw<{ now: Date }[]>`SELECT clock_timestamp() AS now`;
  if (!row) throw new Error('Postgres returned no time');
  return row.now;
}

function toColumns({
  args,
  secretArgs,
  notificationEmails,
  group,
  blackouts,
  ...rest
}: Omit<ScheduleChanges, 'otherArgsHashes'>) {
  return {
    ...rest,
    args,
    secretArgs: secretArgs === null ? Prisma.DbNull : secretArgs,
    notificationEmails: notificationEmails && [...notificationEmails],
    groupName: group,
    blackouts: blackouts?.map(storedBlackout),
    notifyOn: rest.notifyOn && [...rest.notifyOn],
  };
}
