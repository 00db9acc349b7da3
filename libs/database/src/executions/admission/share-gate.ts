import { Prisma } from '../../generated/client.js';
import type { PreparedSession } from '../../connection/prepared.js';
import { MAX_RELEASED, toReleased, type Gate, type Released, type ReleasedRow } from './gate.js';

/**
 * One user has at most a share of admitted executions at a time. Nothing is locked for the count: two processes may
 * exceed the share by what they admit at the same moment.
 */
export const shareGate: Gate = {
  locksKeys: false,

  async release(session, keys, { userShare }) {
    const released: Released[] = [];
    for (const userEmail of await withWaiters(session, keys))
      released.push(...(await releaseOldest(session, userEmail, userShare)));
    return released;
  },

  async listKeys(session) {
    const rows = await session.run<{ user_email: string }>(
      'users past their share',
      Prisma.sql`
      SELECT DISTINCT user_email FROM execution WHERE ended_at IS NULL AND waiting_for = 'share'`,
    );
    return rows.map(({ user_email }) => user_email);
  },
};

/** Most users have none: one statement finds that for a whole batch. */
async function withWaiters(session: PreparedSession, userEmails: readonly string[]): Promise<string[]> {
  const rows = await session.run<{ user_email: string }>(
    'users of these past their share',
    Prisma.sql`
    SELECT u.user_email FROM unnest(${[...userEmails]}::text[]) AS u(user_email) WHERE EXISTS (
      SELECT 1 FROM execution e WHERE e.user_email = u.user_email AND e.ended_at IS NULL AND e.waiting_for = 'share')`,
  );
  return rows.map(({ user_email }) => user_email);
}

/** SQL for how many executions of a user are admitted, counted no further than `max`. */
export function admittedOf(userEmail: Prisma.Sql, max: number): Prisma.Sql {
  return Prisma.sql`(
    SELECT count(*)::int FROM (
      SELECT 1 FROM execution a
      WHERE a.user_email = ${userEmail} AND a.ended_at IS NULL AND a.waiting_for IS NULL LIMIT ${max}::int) admitted)`;
}

/**
 * CTEs `counted (email, admitted)` and `placed`, which adds `held_at` to the rows of `passed`, a batch of executions in
 * the order of `n`: those that no gate holds back yet wait here past the share, unless they are known to have room.
 * Each user's admitted executions are counted once, and the batch on top of them.
 */
export function placedByShare(userShare: number): Prisma.Sql {
  return Prisma.sql`counted AS MATERIALIZED (
      SELECT email, ${admittedOf(Prisma.sql`email`, userShare)} AS admitted
      FROM (SELECT DISTINCT user_email AS email FROM passed WHERE waiting_for IS NULL AND NOT has_room) users
    ), placed AS (
      SELECT g.*, CASE WHEN c.admitted + row_number() OVER (
          PARTITION BY g.user_email, g.waiting_for IS NULL ORDER BY g.n) > ${userShare}::int
          AND g.waiting_for IS NULL
        THEN 'share' ELSE g.waiting_for END AS held_at
      FROM passed g LEFT JOIN counted c ON c.email = g.user_email
    )`;
}

/** As `placedByShare`, if the caller has counted. */
export const PLACED_AS_GIVEN = Prisma.sql`counted AS (SELECT '' AS email, 0 AS admitted WHERE false),
    placed AS (SELECT *, waiting_for AS held_at FROM passed)`;

/** The oldest waiters move on while there is room; one whose proc has a limit goes on to wait for a slot. */
async function releaseOldest(
  session: PreparedSession,
  userEmail: string,
  share: number,
): Promise<Released[]> {
  const rows = await session.run<ReleasedRow>(
    'release within share',
    Prisma.sql`
    WITH room AS (
      SELECT greatest(0, least(${MAX_RELEASED}::int, ${share}::int - ${admittedOf(Prisma.sql`${userEmail}`, share)})) AS n
    ), next AS (
      SELECT id, proc_name FROM execution
      WHERE user_email = ${userEmail} AND ended_at IS NULL AND waiting_for = 'share'
      ORDER BY id LIMIT (SELECT n FROM room) FOR UPDATE SKIP LOCKED
    )
    UPDATE execution e SET
      waiting_for = CASE WHEN p.concurrency_limit IS NULL THEN NULL ELSE 'slot' END,
      admitted_at = CASE WHEN p.concurrency_limit IS NULL THEN clock_timestamp() END
    FROM next LEFT JOIN proc p ON p.name = next.proc_name
    WHERE e.id = next.id
    RETURNING e.id, e.proc_name, e.user_email, e.waiting_for`,
  );
  return rows.map(toReleased);
}
