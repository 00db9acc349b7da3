import { Prisma } from '../../generated/client.js';
import type { PreparedSession } from '../../connection/prepared.js';
import { toReleased, type Gate, type Released, type ReleasedRow } from './gate.js';

/** Executions of a schedule with the overlap policy `queue` run one after the other. */
export const overlapGate: Gate = {
  locksKeys: true,

  async release(session, keys) {
    const scheduleIds = keys.map(BigInt);
    // Locked before the search: an execution that is being accepted at the same time waits for the one that ends.
    await session.run(
      'lock schedules',
      Prisma.sql`
      SELECT 1 FROM schedule WHERE id = ANY(${scheduleIds}::bigint[]) AND overlap <> 'allow' ORDER BY id FOR UPDATE`,
    );
    const released: Released[] = [];
    for (const scheduleId of scheduleIds) released.push(...(await releaseOldest(session, scheduleId)));
    return released;
  },

  async listKeys(session) {
    const rows = await session.run<{ schedule_id: bigint }>(
      'schedules with waiters',
      Prisma.sql`
      SELECT schedule_id FROM execution WHERE ended_at IS NULL AND schedule_id IS NOT NULL GROUP BY schedule_id
      HAVING bool_and(waiting_for IS NOT DISTINCT FROM 'overlap')`,
    );
    return rows.map(({ schedule_id }) => String(schedule_id));
  },
};

/** The oldest waiter moves on if every live execution of the schedule is waiting here. */
async function releaseOldest(session: PreparedSession, scheduleId: bigint): Promise<Released[]> {
  const rows = await session.run<ReleasedRow>(
    'release after overlap',
    Prisma.sql`
    UPDATE execution SET waiting_for = 'share'
    WHERE id = (
      SELECT id FROM execution WHERE schedule_id = ${scheduleId} AND ended_at IS NULL AND waiting_for = 'overlap'
      ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED)
      AND NOT EXISTS (
        SELECT 1 FROM execution WHERE schedule_id = ${scheduleId} AND ended_at IS NULL
          AND waiting_for IS DISTINCT FROM 'overlap')
    RETURNING id, proc_name, user_email, waiting_for`,
  );
  return rows.map(toReleased);
}

/** Live executions by schedule, waiting ones included. Exact only while the schedules' rows are locked. */
export async function countLive(
  session: PreparedSession,
  scheduleIds: readonly number[],
): Promise<Map<number, number>> {
  if (scheduleIds.length === 0) return new Map();
  const rows = await session.run<{ schedule_id: bigint; n: number }>(
    'live executions of schedules',
    Prisma.sql`
    SELECT schedule_id, count(*)::int AS n FROM execution
    WHERE schedule_id = ANY(${scheduleIds.map(BigInt)}::bigint[]) AND ended_at IS NULL GROUP BY schedule_id`,
  );
  return new Map(rows.map(({ schedule_id, n }) => [Number(schedule_id), n]));
}

/** Locks and returns the schedule's executions that wait here. They have never been claimed. */
export async function lockWaiters(session: PreparedSession, scheduleId: number): Promise<number[]> {
  const rows = await session.run<{ id: bigint }>(
    'lock waiters of a schedule',
    Prisma.sql`
    SELECT id FROM execution WHERE schedule_id = ${scheduleId} AND waiting_for = 'overlap' AND ended_at IS NULL
    ORDER BY id FOR UPDATE`,
  );
  return rows.map(({ id }) => Number(id));
}
