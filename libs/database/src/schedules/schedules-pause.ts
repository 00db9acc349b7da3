import type { Session } from '../connection/database.js';

export interface SchedulePause {
  id: number;
  /** One line, for its owner. */
  reason: string;
}

/** The actor in the audit trail, and `allowed`: false if the pause refused a run. */
export interface PausedBy {
  actor: string;
  allowed: boolean;
}

/**
 * Pauses those of these schedules that are enabled, with an audit entry and an event for the notifier. Call it in the
 * transaction that makes the reason true. May be repeated.
 * @returns the ids of the schedules that were paused by this call
 */
export async function pauseSchedules(
  session: Session,
  pauses: readonly SchedulePause[],
  { actor, allowed }: PausedBy,
): Promise<number[]> {
  if (pauses.length === 0) return [];
  const rows = await session.$queryRaw<{ id: bigint }[]>`
    WITH given AS (
      SELECT * FROM unnest(${pauses.map(({ id }) => BigInt(id))}::bigint[], ${pauses.map(({ reason }) => reason)}::text[])
        AS g(id, reason)
    ), paused AS (
      UPDATE schedule s SET enabled = false, next_fire_at = NULL, paused_reason = g.reason, updated_at = now()
      FROM given g WHERE s.id = g.id AND s.enabled
      RETURNING s.id, s.proc_name, s.user_email, g.reason
    ), event AS (
      INSERT INTO notification (schedule_id, event, details)
      SELECT id, 'schedule_paused', jsonb_build_object('reason', reason) FROM paused
    ), audited AS (
      INSERT INTO audit_event (actor, action, subject, allowed, details)
      SELECT ${actor}, 'pauseSchedule', id::text, ${allowed},
        jsonb_build_object('proc', proc_name, 'owner', user_email, 'reason', reason)
      FROM paused
    )
    SELECT id FROM paused ORDER BY id`;
  return rows.map(({ id }) => Number(id));
}

/** Pauses all schedules of one owner. */
export async function pauseSchedulesOf(
  session: Session,
  userEmail: string,
  reason: string,
): Promise<number[]> {
  const rows = await session.schedule.findMany({
    where: { userEmail, enabled: true },
    select: { id: true },
  });
  const pauses = rows.map(({ id }) => ({ id: Number(id), reason }));
  return pauseSchedules(session, pauses, { actor: 'proctor', allowed: true });
}
