import type { Database, Session } from './database.js';
import { toRegisteredProc, type RegisteredProc } from './procs.store.js';
import { fromJson, type JsonSchedule } from './schedule-row.js';
import type {
  DueBatch,
  DueSchedule,
  FiredBatch,
  FirePlan,
  OwnerStanding,
  ProcSlots,
} from './schedules-due.js';
import { pauseSchedules } from './schedules-pause.js';
import { DONE_HASH_SUFFIX } from './schedules.store.js';
import { insertTicks } from './ticks-insert.js';
import type { AdmissionSettings } from './executions.store.js';

export interface LookSettings {
  /** Schedules in one transaction. */
  most: number;
  /** Ticks that come so soon are due already. */
  lookAheadMs: number;
}

type DueRow = JsonSchedule & { now: string };

/** Schedules from the side of what fires them. Any number of processes may look at the same time. */
export class DueSchedulesStore {
  constructor(
    private readonly database: Database,
    private readonly admission: AdmissionSettings,
  ) {}

  /**
   * Takes schedules with due ticks, the longest due first, and makes of them what `plan` says, in one transaction. Who
   * else looks meanwhile gets other schedules; a tick that has become something stays that, whoever plans it again.
   * @param plan pure
   */
  async fire({ most, lookAheadMs }: LookSettings, plan: (batch: DueBatch) => FirePlan): Promise<FiredBatch> {
    return this.database.transaction(async (session) => {
      const rows = await lockDue(session, most, lookAheadMs);
      const [first] = rows;
      if (!first) return { due: 0, admitted: [], waiting: 0, paused: [] };
      const batch = await this.readBatch(session, rows, new Date(first.now));
      const made = plan(batch);
      const runs = await insertTicks(session, made.ticks, this.admission.installationId);
      await moveOn(session, made);
      const pauses = made.schedules.filter((each) => each.kind === 'pause');
      const paused = await pauseSchedules(session, pauses, { actor: 'scheduler', allowed: false });
      const admitted = runs.filter(({ isAdmitted }) => isAdmitted).map(({ id }) => id);
      return { due: rows.length, admitted, waiting: runs.length - admitted.length, paused };
    });
  }

  private async readBatch(session: Session, rows: readonly DueRow[], now: Date): Promise<DueBatch> {
    const names = [...new Set(rows.map((row) => row.proc_name))].sort();
    const emails = [...new Set(rows.map((row) => row.user_email))];
    const counted = rows.filter(({ overlap }) => overlap !== 'allow');
    const live = await countLive(
      session,
      counted.map(({ id }) => id),
    );
    const procs = await readProcs(session, names);
    const limited = names.filter((name) => procs.get(name)?.proc.concurrency);
    const slots = await lockSlots(session, limited);
    const owners = await this.readOwners(session, emails);
    const due: DueSchedule[] = rows.map((row) => ({
      schedule: fromJson(row),
      secretArgs: row.secret_args,
      proc: procs.get(row.proc_name) ?? null,
      owner: owners.get(row.user_email) ?? { account: null, signIn: null },
      live: live.get(row.id) ?? 0,
    }));
    const admittedOf = new Map([...owners].map(([email, { admitted }]) => [email, admitted]));
    return { now, due, slots, admittedOf };
  }

  private async readOwners(
    session: Session,
    emails: readonly string[],
  ): Promise<Map<string, OwnerStanding & { admitted: number }>> {
    const rows = await session.$queryRaw<OwnerRow[]>`
      SELECT u.email, a.active, s.active AS seen_active, s.groups AS seen_groups, s.seen_at,
        array(SELECT m.group_name FROM account_membership m WHERE m.email = u.email) AS groups,
        (SELECT count(*)::int FROM (
          SELECT 1 FROM execution e WHERE e.user_email = u.email AND e.ended_at IS NULL AND e.waiting_for IS NULL
          LIMIT ${this.admission.userShare}::int) admitted) AS admitted
      FROM unnest(${[...emails]}::text[]) AS u(email)
      LEFT JOIN account a ON a.email = u.email
      LEFT JOIN sign_in s ON s.email = u.email AND a.is_service IS NOT TRUE`;
    return new Map(
      rows.map((row) => [
        row.email,
        {
          account: row.active === null ? null : { isActive: row.active, groups: row.groups },
          signIn:
            row.seen_at === null || row.seen_active === null
              ? null
              : { isActive: row.seen_active, groups: row.seen_groups ?? [], seenAt: row.seen_at },
          admitted: row.admitted,
        },
      ]),
    );
  }
}

/** The longest due first. As one JSON text, which costs a fraction of the CPU that rows of columns cost. */
async function lockDue(session: Session, most: number, lookAheadMs: number): Promise<DueRow[]> {
  const [answer] = await session.$queryRaw<{ rows: string | null }[]>`
    SELECT json_agg(due)::text AS rows FROM (
      SELECT s.*, clock_timestamp() AS now FROM schedule s
      WHERE enabled AND next_fire_at <= now() + make_interval(secs => ${lookAheadMs / 1000}::float8)
      ORDER BY next_fire_at LIMIT ${most} FOR UPDATE SKIP LOCKED) due`;
  return JSON.parse(answer?.rows ?? '[]') as DueRow[];
}

interface OwnerRow {
  email: string;
  active: boolean | null;
  groups: string[];
  seen_active: boolean | null;
  seen_groups: string[] | null;
  seen_at: Date | null;
  admitted: number;
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

async function readProcs(session: Session, names: readonly string[]): Promise<Map<string, RegisteredProc>> {
  const rows = await session.proc.findMany({ where: { name: { in: [...names] } } });
  return new Map(rows.map((row) => [row.name, toRegisteredProc(row)]));
}

/** Each schedule to its next tick; those without one are switched off. */
async function moveOn(session: Session, { schedules }: FirePlan): Promise<void> {
  const next = schedules.filter((each) => each.kind === 'next');
  if (next.length > 0) {
    await session.$executeRaw`
      UPDATE schedule s SET next_fire_at = g.at
      FROM unnest(${next.map(({ id }) => BigInt(id))}::bigint[], ${next.map((each) => each.nextFireAt.toISOString())}::timestamptz[])
        AS g(id, at)
      WHERE s.id = g.id`;
  }
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
