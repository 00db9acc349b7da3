import { Prisma } from '../../generated/client.js';
import type { ProcSlots } from '@app/domain';
import type { PreparedSession } from '../../connection/prepared.js';
import { MAX_RELEASED, toReleased, type Gate, type Released, type ReleasedRow } from './gate.js';

/** A proc with a concurrency limit runs at most that often at a time. Users take turns for its slots. */
export const slotGate: Gate = {
  locksKeys: true,

  async release(session, keys) {
    // Locked before the search for waiters: one that is being accepted at the same time still counts the slot as taken.
    const limits = await lockLimits(session, keys);
    const released: Released[] = [];
    for (const procName of await withWaiters(session, keys)) {
      const limit = limits.get(procName)?.limit;
      const taken = limit === undefined ? 0 : ((await countAdmitted(session, [procName])).get(procName) ?? 0);
      released.push(...(await releaseInTurns(session, procName, (limit ?? MAX_RELEASED) - taken)));
    }
    return released;
  },

  async listKeys(session) {
    const rows = await session.run<{ proc_name: string }>(
      'procs with waiters',
      Prisma.sql`
      SELECT DISTINCT proc_name FROM execution WHERE ended_at IS NULL AND waiting_for = 'slot'`,
    );
    return rows.map(({ proc_name }) => proc_name);
  },
};

/**
 * The slots of those of these procs that have a limit. Their rows are locked before the count, so that no slot is
 * counted twice; all processes lock them in the order of their names.
 */
export async function lockSlots(
  session: PreparedSession,
  procNames: readonly string[],
): Promise<Map<string, ProcSlots>> {
  if (procNames.length === 0) return new Map();
  const limits = await lockLimits(session, procNames);
  if (limits.size === 0) return new Map();
  const taken = await countAdmitted(session, [...limits.keys()]);
  return new Map([...limits].map(([name, limit]) => [name, { ...limit, taken: taken.get(name) ?? 0 }]));
}

async function lockLimits(
  session: PreparedSession,
  procNames: readonly string[],
): Promise<Map<string, Omit<ProcSlots, 'taken'>>> {
  const rows = await session.run<{ name: string; limit: number; when_full: string }>(
    'lock limits',
    Prisma.sql`
    SELECT name, concurrency_limit AS limit, when_full FROM proc
    WHERE name = ANY(${[...procNames]}::text[]) AND concurrency_limit IS NOT NULL ORDER BY name FOR UPDATE`,
  );
  return new Map(
    rows.map(({ name, limit, when_full }) => [
      name,
      { limit, whenFull: when_full === 'refuse' ? 'refuse' : 'queue' },
    ]),
  );
}

async function countAdmitted(
  session: PreparedSession,
  procNames: readonly string[],
): Promise<Map<string, number>> {
  const rows = await session.run<{ proc_name: string; n: number }>(
    'admitted executions of procs',
    Prisma.sql`
    SELECT proc_name, count(*)::int AS n FROM execution
    WHERE proc_name = ANY(${[...procNames]}::text[]) AND ended_at IS NULL AND waiting_for IS NULL
    GROUP BY proc_name`,
  );
  return new Map(rows.map(({ proc_name, n }) => [proc_name, n]));
}

/** Most procs have none: one statement finds that for a whole batch. */
async function withWaiters(session: PreparedSession, procNames: readonly string[]): Promise<string[]> {
  const rows = await session.run<{ proc_name: string }>(
    'procs of these with waiters',
    Prisma.sql`
    SELECT p.proc_name FROM unnest(${[...procNames]}::text[]) AS p(proc_name) WHERE EXISTS (
      SELECT 1 FROM execution e WHERE e.proc_name = p.proc_name AND e.ended_at IS NULL AND e.waiting_for = 'slot')`,
  );
  return rows.map(({ proc_name }) => proc_name);
}

async function releaseInTurns(session: PreparedSession, procName: string, free: number): Promise<Released[]> {
  const released: Released[] = [];
  while (released.length < Math.min(free, MAX_RELEASED)) {
    const next = await releaseNext(session, procName);
    if (next === null) break;
    released.push(next);
  }
  return released;
}

/** Admits the oldest execution of the user whose last admission to this proc is the longest ago. */
async function releaseNext(session: PreparedSession, procName: string): Promise<Released | null> {
  // The recursive part steps from user to user over the index instead of reading every waiter.
  const [row] = await session.run<ReleasedRow>(
    'release a slot',
    Prisma.sql`
    WITH RECURSIVE waiting_user AS (
      (SELECT user_email FROM execution
       WHERE proc_name = ${procName} AND waiting_for = 'slot' AND ended_at IS NULL ORDER BY user_email LIMIT 1)
      UNION ALL
      SELECT (SELECT e.user_email FROM execution e
              WHERE e.proc_name = ${procName} AND e.waiting_for = 'slot' AND e.ended_at IS NULL
                AND e.user_email > w.user_email ORDER BY e.user_email LIMIT 1)
      FROM waiting_user w WHERE w.user_email IS NOT NULL
    ), turn AS (
      SELECT w.user_email, (
        SELECT max(e.admitted_at) FROM execution e
        WHERE e.proc_name = ${procName} AND e.user_email = w.user_email) AS last_admitted_at
      FROM waiting_user w WHERE w.user_email IS NOT NULL
    )
    UPDATE execution SET waiting_for = NULL, admitted_at = clock_timestamp()
    WHERE id = (
      SELECT e.id FROM turn
      CROSS JOIN LATERAL (
        SELECT id FROM execution
        WHERE proc_name = ${procName} AND waiting_for = 'slot' AND user_email = turn.user_email AND ended_at IS NULL
        ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED) e
      ORDER BY turn.last_admitted_at NULLS FIRST, e.id LIMIT 1)
    RETURNING id, proc_name, user_email, waiting_for`,
  );
  return row ? toReleased(row) : null;
}
