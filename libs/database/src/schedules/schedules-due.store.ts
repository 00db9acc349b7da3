import type { Database, Session } from '../connection/database.js';
import { procFromJson, type JsonProc } from '../procs/procs.store.js';
import { firingFromJson, type JsonFiringSchedule } from './schedule-row.js';
import type {
  DueBatch,
  DueSchedule,
  FiredBatch,
  FirePlan,
  OwnerStanding,
  PlannedSchedule,
  ProcSlots,
} from './schedules-due.js';
import { pauseSchedules } from './schedules-pause.js';
import { DONE_HASH_SUFFIX } from './schedules.store.js';
import { insertTicks } from './ticks-insert.js';
import type { AdmissionSettings } from '../executions/executions.store.js';

export interface LookSettings {
  /** Schedules in one transaction. */
  most: number;
  /** Ticks that come so soon are due already. */
  lookAheadMs: number;
}

/** Schedules from the side of what fires them. Any number of processes may look at the same time. */
export class DueSchedulesStore {
  constructor(
    private readonly database: Database,
    private readonly admission: AdmissionSettings,
  ) {}

  /**
   * Takes schedules with due ticks, the longest due first, and makes of them what `plan` says, in one transaction. Who
   * else looks meanwhile gets other schedules, and nobody waits for them; a tick that has become something stays that,
   * whoever plans it again. Between begin and commit there are two statements, unless a policy or a limit asks for
   * more: many schedules fire in the same moment, and each statement costs them time.
   * @param plan pure
   */
  async fire(look: LookSettings, plan: (batch: DueBatch) => FirePlan): Promise<FiredBatch> {
    return this.database.transaction(async (session) => {
      const locked = await lockDue(session, look, this.admission.userShare);
      if (locked.rows.length === 0) return { due: 0, isMoreDue: false, admitted: [], waiting: 0, paused: [] };
      const made = plan(await readBatch(session, locked));
      const { admitted, waiting } = await insertTicks(session, made, this.admission.installationId);
      await switchOff(session, made);
      const pauses = made.schedules.filter((each) => each.kind === 'pause');
      const paused = await pauseSchedules(session, pauses, { actor: 'scheduler', allowed: false });
      const isMoreDue = locked.rows.length === look.most || made.schedules.some(isStillDue(locked.now));
      return { due: locked.rows.length, isMoreDue, admitted, waiting, paused };
    });
  }
}

const isStillDue = (now: string) => (each: PlannedSchedule) =>
  each.kind === 'next' && each.nextFireAt.getTime() <= Date.parse(now);

async function readBatch(session: Session, { now, rows, procs, owners }: LockedSchedules): Promise<DueBatch> {
  const live = await countLive(
    session,
    rows.filter(({ overlap }) => overlap !== 'allow').map(({ id }) => id),
  );
  const procOf = new Map((procs ?? []).map((proc) => [proc.name, procFromJson(proc)]));
  const limited = [...procOf].filter(([, { proc }]) => proc.concurrency).map(([name]) => name);
  const slots = await lockSlots(session, limited.sort());
  const ownerOf = new Map((owners ?? []).map((owner) => [owner.email, standingOf(owner)]));
  const due: DueSchedule[] = rows.map((row) => ({
    schedule: firingFromJson(row),
    secretArgs: row.secret_args,
    proc: procOf.get(row.proc_name) ?? null,
    owner: ownerOf.get(row.user_email) ?? { account: null, signIn: null },
    live: live.get(row.id) ?? 0,
  }));
  const admittedOf = new Map((owners ?? []).map(({ email, admitted }) => [email, admitted]));
  return { now: new Date(now), due, slots, admittedOf };
}

interface LockedSchedules {
  rows: JsonFiringSchedule[];
  procs: JsonProc[] | null;
  owners: JsonOwner[] | null;
  now: string;
}

interface JsonOwner {
  email: string;
  active: boolean | null;
  groups: string[];
  seen_active: boolean | null;
  seen_groups: string[] | null;
  seen_at: string | null;
  admitted: number;
}

/**
 * The longest due first, and what is to be known of their procs and owners. As one JSON text, which costs a fraction of
 * the CPU that rows of columns cost. Procs and owners are as they were when the statement began, a moment before the rows
 * were locked: as if the tick had come that moment earlier. How many runs of a schedule go on may not be that old, or two
 * would overlap: `countLive` looks once the schedule is locked.
 */
async function lockDue(
  session: Session,
  { most, lookAheadMs }: LookSettings,
  userShare: number,
): Promise<LockedSchedules> {
  const [answer] = await session.$queryRaw<{ locked: string }[]>`
    WITH due AS MATERIALIZED (
      SELECT id, proc_name, args, secret_args, cron, at, time_zone, overlap, misfire, misfire_grace_seconds, blackouts,
        user_email, next_fire_at
      FROM schedule
      WHERE enabled AND next_fire_at <= now() + make_interval(secs => ${lookAheadMs / 1000}::float8)
      ORDER BY next_fire_at LIMIT ${most} FOR UPDATE SKIP LOCKED
    ), owner AS (
      SELECT u.email, a.active, s.active AS seen_active, s.groups AS seen_groups, s.seen_at,
        array(SELECT m.group_name FROM account_membership m WHERE m.email = u.email) AS groups,
        (SELECT count(*)::int FROM (
          SELECT 1 FROM execution e WHERE e.user_email = u.email AND e.ended_at IS NULL AND e.waiting_for IS NULL
          LIMIT ${userShare}::int) admitted) AS admitted
      FROM (SELECT DISTINCT user_email AS email FROM due) u
      LEFT JOIN account a ON a.email = u.email
      LEFT JOIN sign_in s ON s.email = u.email AND a.is_service IS NOT TRUE
    )
    SELECT json_build_object(
      'rows', coalesce((SELECT json_agg(due) FROM due), '[]'),
      'procs', (SELECT json_agg(p) FROM proc p WHERE p.name IN (SELECT proc_name FROM due)),
      'owners', (SELECT json_agg(owner) FROM owner),
      'now', clock_timestamp())::text AS locked`;
  if (!answer) throw new Error('Postgres answered without a row');
  return JSON.parse(answer.locked) as LockedSchedules;
}

function standingOf({ active, groups, seen_active, seen_groups, seen_at }: JsonOwner): OwnerStanding {
  const hasSignedIn = seen_at !== null && seen_active !== null;
  return {
    account: active === null ? null : { isActive: active, groups },
    signIn: hasSignedIn
      ? { isActive: seen_active, groups: seen_groups ?? [], seenAt: new Date(seen_at) }
      : null,
  };
}

async function countLive(session: Session, ids: readonly number[]): Promise<Map<number, number>> {
  if (ids.length === 0) return new Map();
  const rows = await session.$queryRaw<{ schedule_id: bigint; n: number }[]>`
    SELECT schedule_id, count(*)::int AS n FROM execution
    WHERE schedule_id = ANY(${ids.map(BigInt)}::bigint[]) AND ended_at IS NULL GROUP BY schedule_id`;
  return new Map(rows.map(({ schedule_id, n }) => [Number(schedule_id), n]));
}

/** Locked in the order of names before anybody counts, so that a slot is never counted twice. */
async function lockSlots(session: Session, names: readonly string[]): Promise<Map<string, ProcSlots>> {
  if (names.length === 0) return new Map();
  const limited = await session.$queryRaw<{ name: string; limit: number; when_full: string }[]>`
    SELECT name, concurrency_limit AS limit, when_full FROM proc
    WHERE name = ANY(${[...names]}::text[]) AND concurrency_limit IS NOT NULL ORDER BY name FOR UPDATE`;
  if (limited.length === 0) return new Map();
  const counts = await session.$queryRaw<{ proc_name: string; n: number }[]>`
    SELECT proc_name, count(*)::int AS n FROM execution
    WHERE proc_name = ANY(${limited.map(({ name }) => name)}::text[]) AND ended_at IS NULL AND waiting_for IS NULL
    GROUP BY proc_name`;
  const taken = new Map(counts.map(({ proc_name, n }) => [proc_name, n]));
  return new Map(
    limited.map(({ name, limit, when_full }) => [
      name,
      { limit, whenFull: when_full === 'refuse' ? 'refuse' : 'queue', taken: taken.get(name) ?? 0 },
    ]),
  );
}

/** Those without a further tick. */
async function switchOff(session: Session, { schedules }: FirePlan): Promise<void> {
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
