import type { Session } from '../connection/database.js';
import type { Lease } from './lease.js';

export interface AttemptUpdate {
  podUid: string;
  podName: string;
  startedAt: Date | null;
  endedAt: Date | null;
  exitCode: number | null;
  reason: string | null;
  /** Kubernetes evicted, preempted or drained its pod. */
  isDisrupted: boolean;
}

/**
 * Records the state of one pod; the first call for a pod numbers it as the next attempt. The first container start is
 * that of the execution. False: another worker has claimed the execution, or it has ended.
 */
export async function recordAttempt(
  session: Session,
  lease: Lease,
  attempt: AttemptUpdate,
): Promise<boolean> {
  // The row lock keeps two attempts of one execution from getting the same number.
  const held = await session.$queryRaw<unknown[]>`
    SELECT 1 FROM execution WHERE id = ${lease.executionId} AND lease_epoch = ${lease.epoch} AND ended_at IS NULL FOR UPDATE`;
  if (held.length === 0) return false;
  await session.$executeRaw`
    INSERT INTO execution_attempt (execution_id, pod_uid, n, pod_name, started_at, ended_at, exit_code, reason, is_disrupted)
    SELECT ${lease.executionId}, ${attempt.podUid}, coalesce(max(n), 0) + 1, ${attempt.podName}, ${attempt.startedAt},
      ${attempt.endedAt}, ${attempt.exitCode}, ${attempt.reason}, ${attempt.isDisrupted}
    FROM execution_attempt WHERE execution_id = ${lease.executionId}
    ON CONFLICT (execution_id, pod_uid) DO UPDATE SET
      started_at = coalesce(excluded.started_at, execution_attempt.started_at),
      ended_at = coalesce(excluded.ended_at, execution_attempt.ended_at),
      exit_code = coalesce(excluded.exit_code, execution_attempt.exit_code),
      reason = coalesce(excluded.reason, execution_attempt.reason),
      is_disrupted = excluded.is_disrupted OR execution_attempt.is_disrupted`;
  if (attempt.startedAt !== null) await noteStart(session, lease.executionId, attempt.startedAt);
  return true;
}

/** The `started` event is written only if someone subscribed to it. */
async function noteStart(session: Session, executionId: number, at: Date): Promise<void> {
  await session.$executeRaw`
    WITH started AS (
      UPDATE execution SET started_at = ${at}, updated_at = now() WHERE id = ${executionId} AND started_at IS NULL
      RETURNING id, schedule_id, user_email
    )
    INSERT INTO notification (execution_id, event) SELECT id, 'started' FROM started
    WHERE CASE
      WHEN schedule_id IS NULL THEN EXISTS (
        SELECT 1 FROM notification_preference p WHERE p.email = lower(user_email) AND 'start' = ANY(p.notify_on))
      ELSE EXISTS (SELECT 1 FROM schedule s WHERE s.id = schedule_id AND 'start' = ANY(s.notify_on)) END
    ON CONFLICT DO NOTHING`;
}
