import { statusesBefore, type ExecutionStatus } from '@app/domain';
import type { PreparedSession } from '../connection/prepared.js';
import { Prisma } from '../generated/client.js';
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

/** The Job that was created or adopted. */
export interface RecordedJob {
  jobUid: string;
  namespace: string;
}

/** A status that is not final. */
export interface Move {
  status: ExecutionStatus;
  /** Why it waits there. */
  reason?: string | null;
  /** Until when. */
  waitsUntil?: Date | null;
}

/** What has changed of one execution; a Job or a move, not both. */
export interface Progress {
  lease: Lease;
  /** The first one of a pod numbers it as the next attempt. The first container start is that of the execution. */
  attempts?: readonly AttemptUpdate[];
  job?: RecordedJob;
  move?: Move;
  /** It ends in the same transaction, which records its start too. */
  isEnding?: boolean;
}

export interface Held {
  isCancelRequested: boolean;
}

const JOB_RECORDED: ExecutionStatus = 'CREATED';

/**
 * Records the progress of executions, each at most once in a batch, in one statement. A batch of several leaves out rows that
 * another process has locked, so that it neither waits for them nor deadlocks.
 * @returns by execution id, without those that are fenced, have ended, have another Job, or are locked
 */
export async function recordProgress(
  session: PreparedSession,
  batch: readonly Progress[],
): Promise<Map<number, Held>> {
  const isAlone = batch.length === 1;
  const rows = await session.run<{ id: bigint; is_cancel_requested: boolean }>(
    isAlone ? 'record progress of one' : 'record progress',
    Prisma.sql`
    WITH given AS MATERIALIZED (
      SELECT * FROM json_to_recordset(${JSON.stringify(batch.map(toJsonRow))}::json) AS g(
        id bigint, epoch int, job_uid text, namespace text, status text, before text[], reason text,
        waits_until timestamptz, started_at timestamptz, is_ending boolean, attempts json)
    ), held AS MATERIALIZED (
      SELECT g.*, e.started_at IS NULL AS is_first_start, e.user_email, e.schedule_id,
        e.cancel_requested_at IS NOT NULL AS is_cancel_requested
      FROM execution e JOIN given g ON g.id = e.id
      WHERE e.lease_epoch = g.epoch AND e.ended_at IS NULL
        AND (g.job_uid IS NULL OR e.job_uid IS NULL OR e.job_uid = g.job_uid)
      ORDER BY e.id FOR NO KEY UPDATE OF e ${isAlone ? Prisma.empty : Prisma.sql`SKIP LOCKED`}
    ), job AS (
      UPDATE execution e SET
        job_uid = CASE WHEN is_cancel_requested THEN e.job_uid ELSE h.job_uid END,
        job_namespace = h.namespace,
        status = CASE WHEN NOT is_cancel_requested AND e.status = ANY(h.before) THEN h.status ELSE e.status END,
        claims_without_progress = CASE WHEN e.job_uid IS NULL THEN 0 ELSE claims_without_progress END,
        reason = CASE WHEN e.job_uid IS NULL THEN NULL ELSE e.reason END,
        waits_until = CASE WHEN e.job_uid IS NULL THEN NULL ELSE e.waits_until END,
        refused_at = CASE WHEN e.job_uid IS NULL THEN NULL ELSE refused_at END,
        refused_ms = CASE WHEN e.job_uid IS NULL THEN 0 ELSE refused_ms END,
        updated_at = now()
      FROM held h WHERE e.id = h.id AND h.job_uid IS NOT NULL
    ), moved AS (
      -- Recording the same status again is no progress: each new follower does it.
      UPDATE execution e SET
        claims_without_progress = CASE
          WHEN e.status = ANY(h.before) OR (e.status = h.status AND e.reason IS DISTINCT FROM h.reason) THEN 0
          ELSE claims_without_progress END,
        reason = CASE WHEN e.status = ANY(h.before) OR e.status = h.status THEN h.reason ELSE e.reason END,
        waits_until = CASE WHEN e.status = ANY(h.before) OR e.status = h.status THEN h.waits_until ELSE e.waits_until END,
        refused_at = CASE WHEN e.status = ANY(h.before) OR e.status = h.status THEN NULL ELSE refused_at END,
        refused_ms = CASE WHEN e.status = ANY(h.before) OR e.status = h.status THEN 0 ELSE refused_ms END,
        status = CASE WHEN e.status = ANY(h.before) THEN h.status ELSE e.status END,
        started_at = coalesce(e.started_at, h.started_at),
        updated_at = now()
      FROM held h WHERE e.id = h.id AND h.job_uid IS NULL AND NOT h.is_ending
        AND (h.status IS NOT NULL OR (h.started_at IS NOT NULL AND is_first_start))
    ), attempt AS (
      INSERT INTO execution_attempt (execution_id, pod_uid, n, pod_name, started_at, ended_at, exit_code, reason, is_disrupted)
      SELECT h.id, a.pod_uid, coalesce((SELECT max(n) FROM execution_attempt WHERE execution_id = h.id), 0) +
          row_number() OVER (PARTITION BY h.id, known.n IS NULL ORDER BY a.place),
        a.pod_name, a.started_at, a.ended_at, a.exit_code, a.reason, a.is_disrupted
      FROM held h CROSS JOIN LATERAL ROWS FROM (json_to_recordset(h.attempts) AS (
          pod_uid text, pod_name text, started_at timestamptz, ended_at timestamptz, exit_code int, reason text,
          is_disrupted boolean)) WITH ORDINALITY
        AS a(pod_uid, pod_name, started_at, ended_at, exit_code, reason, is_disrupted, place)
      LEFT JOIN execution_attempt known ON known.execution_id = h.id AND known.pod_uid = a.pod_uid
      ON CONFLICT (execution_id, pod_uid) DO UPDATE SET
        started_at = coalesce(excluded.started_at, execution_attempt.started_at),
        ended_at = coalesce(excluded.ended_at, execution_attempt.ended_at),
        exit_code = coalesce(excluded.exit_code, execution_attempt.exit_code),
        reason = coalesce(excluded.reason, execution_attempt.reason),
        is_disrupted = excluded.is_disrupted OR execution_attempt.is_disrupted
    ), event AS (
      -- Only if someone subscribed to it.
      INSERT INTO notification (execution_id, event) SELECT id, 'started' FROM held h
      WHERE h.started_at IS NOT NULL AND is_first_start AND CASE
        WHEN schedule_id IS NULL THEN EXISTS (
          SELECT 1 FROM notification_preference p WHERE p.email = lower(user_email) AND 'start' = ANY(p.notify_on))
        ELSE EXISTS (SELECT 1 FROM schedule s WHERE s.id = schedule_id AND 'start' = ANY(s.notify_on)) END
      ON CONFLICT DO NOTHING
    )
    SELECT id, is_cancel_requested FROM held`,
  );
  return new Map(
    rows.map(({ id, is_cancel_requested }) => [Number(id), { isCancelRequested: is_cancel_requested }]),
  );
}

/** The first start that these updates report; null: none. */
export function firstStart(attempts: readonly AttemptUpdate[]): Date | null {
  return attempts.find(({ startedAt }) => startedAt !== null)?.startedAt ?? null;
}

function toJsonRow({ lease, attempts = [], job, move, isEnding = false }: Progress) {
  const status = job ? JOB_RECORDED : move?.status;
  return {
    id: lease.executionId,
    epoch: lease.epoch,
    job_uid: job?.jobUid,
    namespace: job?.namespace,
    status,
    before: status && statusesBefore(status),
    // Postgres refuses half a surrogate pair in JSON.
    reason: move?.reason?.toWellFormed(),
    waits_until: move?.waitsUntil,
    started_at: firstStart(attempts),
    is_ending: isEnding,
    attempts: attempts.map((attempt) => ({
      pod_uid: attempt.podUid,
      pod_name: attempt.podName,
      started_at: attempt.startedAt,
      ended_at: attempt.endedAt,
      exit_code: attempt.exitCode,
      reason: attempt.reason?.toWellFormed(),
      is_disrupted: attempt.isDisrupted,
    })),
  };
}
