import { isCancelled, statusesBefore, type ExecutionStatus } from '@app/domain';
import type { PreparedSession } from '../connection/prepared.js';
import { Prisma } from '../generated/client.js';
import { admitNext, type EndedExecution } from './admission/admit-next.js';
import type { AdmissionSettings } from './admission/gate.js';

/** How an execution ended. */
export interface ExecutionEnd {
  /** A final status. */
  status: ExecutionStatus;
  exitCode: number | null;
  /** Replaced by "cancelled by EMAIL" if a cancel ends the execution and its requester is known. */
  reason: string | null;
}

export interface Finish extends ExecutionEnd {
  executionId: number;
  /** The fence: the row must carry this epoch. `NEVER_CLAIMED`: only an execution that no worker has claimed. */
  epoch: number;
  /** Notes a request to cancel as well. `by`: the email of the requester; null: no person requested it. */
  cancelRequest?: { by: string | null };
  /** When its container started, if that has not been recorded yet. */
  startedAt?: Date | null;
}

export const NEVER_CLAIMED = 0;

export interface Finished {
  /** Those that have ended now. The others are fenced, have ended already, or do not exist. */
  ended: ReadonlySet<number>;
  /** Executions that were admitted in their place and may be enqueued after the commit. */
  admitted: number[];
}

/**
 * Ends executions: final status by compare-and-set, the event for the notifier, and the next admissions. Call it in a
 * transaction that has locked these rows in the order of their ids if there are several; a call whose outcome is unknown may be
 * repeated.
 */
export async function finish(
  session: PreparedSession,
  batch: readonly Finish[],
  settings: AdmissionSettings,
): Promise<Finished> {
  if (batch.length === 0) return { ended: new Set(), admitted: [] };
  const rows = await session.run<EndedRow>(
    'finish',
    Prisma.sql`
    WITH ended AS (
      UPDATE execution e SET status = g.status, exit_code = g.exit_code, ended_at = now(), updated_at = now(),
        reason = CASE WHEN g.is_cancelled
          THEN coalesce('cancelled by ' || coalesce(e.cancel_requested_by, g.cancel_requested_by), g.reason)
          ELSE g.reason END,
        cancel_requested_at = CASE WHEN g.is_cancel_request THEN now() ELSE e.cancel_requested_at END,
        cancel_requested_by = coalesce(e.cancel_requested_by, g.cancel_requested_by),
        started_at = coalesce(e.started_at, g.started_at)
      FROM json_to_recordset(${JSON.stringify(batch.map(toJsonRow))}::json) AS g(
        id bigint, epoch int, status text, is_cancelled boolean, before text[], exit_code int, reason text,
        is_cancel_request boolean, cancel_requested_by text, started_at timestamptz)
      WHERE e.id = g.id AND e.lease_epoch = g.epoch AND e.ended_at IS NULL AND e.status = ANY(g.before)
      RETURNING e.id, e.proc_name, e.user_email, e.schedule_id, e.waiting_for IS NULL AS was_admitted
    ), event AS (
      INSERT INTO notification (execution_id, event) SELECT id, 'ended' FROM ended ON CONFLICT DO NOTHING
    )
    SELECT * FROM ended ORDER BY id`,
  );
  const ended = rows.map(toEnded);
  return {
    ended: new Set(ended.map(({ id }) => id)),
    admitted: await admitNext(session, ended, settings),
  };
}

function toJsonRow({ executionId, epoch, status, exitCode, reason, cancelRequest, startedAt }: Finish) {
  return {
    id: executionId,
    epoch,
    status,
    is_cancelled: isCancelled(status),
    before: statusesBefore(status),
    exit_code: exitCode,
    // Postgres refuses half a surrogate pair in JSON.
    reason: reason?.toWellFormed() ?? null,
    is_cancel_request: cancelRequest !== undefined,
    cancel_requested_by: cancelRequest?.by?.toWellFormed() ?? null,
    started_at: startedAt ?? null,
  };
}

interface EndedRow {
  id: bigint;
  proc_name: string;
  user_email: string;
  schedule_id: bigint | null;
  was_admitted: boolean;
}

function toEnded(row: EndedRow): EndedExecution {
  return {
    id: Number(row.id),
    procName: row.proc_name,
    userEmail: row.user_email,
    scheduleId: row.schedule_id === null ? null : Number(row.schedule_id),
    wasAdmitted: row.was_admitted,
  };
}
