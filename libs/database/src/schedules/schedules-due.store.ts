import type { Database, Session } from '../connection/database.js';
import { unprepared } from '../connection/unprepared.js';
import { countLive } from '../executions/admission/overlap-gate.js';
import { admittedOf } from '../executions/admission/share-gate.js';
import { lockSlots } from '../executions/admission/slot-gate.js';
import type { AcceptSettings } from '../executions/submissions.js';
import { Prisma } from '../generated/client.js';
import { procFromJson, type JsonProc } from '../procs/proc-row.js';
import { firingFromJson, type JsonFiringSchedule } from './schedule-row.js';
import type {
  DueBatch,
  DueSchedule,
  FiredBatch,
  FirePlan,
  OwnerStanding,
  PlannedSchedule,
} from './schedules-due.js';
import { pauseSchedules } from './schedules-pause.js';
import { DONE_HASH_SUFFIX } from './same-args.js';
import { recordTicks } from './record-ticks.js';

export interface FireLimits {
  /** Schedules per transaction. */
  max: number;
  /** Ticks this close are due already. */
  lookAheadMs: number;
}

/** Schedules as the scheduler sees them. Any number of processes may fire at the same time. */
export class DueSchedulesStore {
  constructor(
    private readonly database: Database,
    private readonly settings: AcceptSettings,
  ) {}

  /**
   * Locks schedules with due ticks, the longest overdue first, and carries out what `plan` returns, in one transaction.
   * Concurrent callers get other schedules without waiting; a tick that has an outcome keeps it when it is
   * planned again. Begin and commit enclose two statements, unless a policy or limit needs more: many schedules fire at the
   * same moment, and each statement delays them all.
   * @param plan pure
   */
  async fire(limits: FireLimits, plan: (batch: DueBatch) => FirePlan): Promise<FiredBatch> {
    return this.database.transaction(async (session) => {
      const locked = await lockDue(session, limits, this.settings.userShare);
      if (locked.rows.length === 0) return { due: 0, isMoreDue: false, admitted: [], waiting: 0, paused: [] };
      const planned = plan(await readBatch(session, locked, this.settings.userShare));
      const { admitted, waiting } = await recordTicks(session, planned, this.settings.installationId);
      await disableDone(session, planned);
      const pauses = planned.schedules.filter((each) => each.kind === 'pause');
      const paused = await pauseSchedules(session, pauses, { actor: 'scheduler', allowed: false });
      const isMoreDue = locked.rows.length === limits.max || planned.schedules.some(isStillDue(locked.now));
      return { due: locked.rows.length, isMoreDue, admitted, waiting, paused };
    });
  }
}

const isStillDue = (now: string) => (each: PlannedSchedule) =>
  each.kind === 'next' && each.nextFireAt.getTime() <= Date.parse(now);

async function readBatch(
  session: Session,
  { now, rows, procs, owners }: LockedSchedules,
  userShare: number,
): Promise<DueBatch> {
  const liveBySchedule = await countLive(
    unprepared(session),
    rows.filter(({ overlap }) => overlap !== 'allow').map(({ id }) => id),
  );
  const procOf = new Map((procs ?? []).map((proc) => [proc.name, procFromJson(proc)]));
  const limited = [...procOf].filter(([, { proc }]) => proc.concurrency).map(([name]) => name);
  const slots = await lockSlots(unprepared(session), limited);
  const ownerOf = new Map((owners ?? []).map((owner) => [owner.email, owner]));
  const due: DueSchedule[] = rows.map((row) => ({
    schedule: firingFromJson(row),
    secretArgs: row.secret_args,
    proc: procOf.get(row.proc_name) ?? null,
    owner: standingOf(ownerOf.get(row.user_email), row.id),
  }));
  const admittedByUser = new Map((owners ?? []).map(({ email, admitted }) => [email, admitted]));
  const room = { liveBySchedule, share: { max: userShare, admittedByUser }, slots };
  return { now: new Date(now), due, room };
}

interface LockedSchedules {
  rows: JsonFiringSchedule[];
  procs: JsonProc[] | null;
  owners: JsonOwner[] | null;
  now: string;
}

interface JsonOwner {
  email: string;
  account_id: number | null;
  active: boolean | null;
  groups: string[];
  seen_active: boolean | null;
  seen_groups: string[] | null;
  seen_at: string | null;
  admitted: number;
}

/**
 * Locks due schedules, the longest overdue first, and reads their procs and owners. The answer is one JSON text, which
 * costs a fraction of the CPU of rows and columns. Procs and owners are as of the start of the statement, a moment
 * before the lock: as if the tick had come that moment earlier. The number of live executions must not be that old, or
 * two could overlap: `countLive` counts them once the schedule is locked.
 */
async function lockDue(
  session: Session,
  { max, lookAheadMs }: FireLimits,
  userShare: number,
): Promise<LockedSchedules> {
  const [answer] = await session.$queryRaw<{ locked: string }[]>`
    WITH due AS MATERIALIZED (
      SELECT id, proc_name, args, secret_args, cron, at, time_zone, overlap, misfire, misfire_grace_seconds, blackouts,
        user_email, next_fire_at
      FROM schedule
      WHERE enabled AND next_fire_at <= now() + make_interval(secs => ${lookAheadMs / 1000}::float8)
      ORDER BY next_fire_at LIMIT ${max} FOR UPDATE SKIP LOCKED
    ), owner AS (
      SELECT u.email, a.id AS account_id, a.active, s.active AS seen_active, s.groups AS seen_groups, s.seen_at,
        array(SELECT m.group_name FROM account_membership m WHERE m.email = a.email) AS groups,
        ${admittedOf(Prisma.sql`u.email`, userShare)} AS admitted
      FROM (SELECT DISTINCT user_email AS email FROM due) u
      LEFT JOIN account a ON lower(a.email) = lower(u.email)
      LEFT JOIN sign_in s ON lower(s.email) = lower(u.email) AND a.is_service IS NOT TRUE
    )
    SELECT json_build_object(
      'rows', coalesce((SELECT json_agg(due) FROM due), '[]'),
      'procs', (SELECT json_agg(p) FROM proc p WHERE p.name IN (SELECT proc_name FROM due)),
      'owners', (SELECT json_agg(owner) FROM owner),
      'now', clock_timestamp())::text AS locked`;
  if (!answer) throw new Error('Postgres answered without a row');
  return JSON.parse(answer.locked) as LockedSchedules;
}

/** An account that is newer than the schedule is not its owner, but if it is disabled, no one may use its email. */
function standingOf(owner: JsonOwner | undefined, scheduleId: number): OwnerStanding {
  if (!owner) return { account: null, signIn: null };
  const { account_id, active, groups, seen_active, seen_groups, seen_at } = owner;
  const hasSignedIn = seen_at !== null && seen_active !== null;
  const isAnothers = active === true && (account_id ?? 0) > scheduleId;
  return {
    account: active === null || isAnothers ? null : { isActive: active, groups },
    signIn: hasSignedIn
      ? { isActive: seen_active, groups: seen_groups ?? [], seenAt: new Date(seen_at) }
      : null,
  };
}

/** Disables the schedules that have no further tick. */
async function disableDone(session: Session, { schedules }: FirePlan): Promise<void> {
  const done = schedules.filter((each) => each.kind === 'done');
  if (done.length > 0) {
    await session.$executeRaw`
      UPDATE schedule s SET next_fire_at = NULL, enabled = false, paused_reason = g.reason, updated_at = now(),
        args_hash = s.args_hash || ${DONE_HASH_SUFFIX} || s.id
      FROM unnest(${done.map(({ id }) => BigInt(id))}::bigint[], ${done.map(({ reason }) => reason)}::text[])
        AS g(id, reason)
      WHERE s.id = g.id`;
  }
}
