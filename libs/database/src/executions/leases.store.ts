import {
  DEFAULT_POD_SETTINGS,
  isRunning,
  statusesBefore,
  type Execution,
  type ExecutionStatus,
  type LogPosition,
  type ProcSnapshot,
} from '@app/domain';
import type { Database, Session } from '../connection/database.js';
import type { AdmissionSettings } from './admission/gate.js';
import { toExecution, type ExecutionRow } from './execution-row.js';
import { finish, type ExecutionEnd } from './finish.js';
import type { SealedArgs } from './sealed-args.js';

/** Proof that this process follows the execution. Every write carries it; a higher epoch in the row refuses them. */
export interface Lease {
  executionId: number;
  epoch: number;
}

/** An execution as its new follower finds it. */
export interface ClaimedExecution {
  lease: Lease;
  execution: Execution;
  snapshot: ProcSnapshot;
  /** Args of type `secret`; null: none was given. */
  secretArgs: SealedArgs | null;
  /** Null: no Job is known to exist. */
  jobUid: string | null;
  /** How often it was claimed since anything was last recorded of it. */
  claimsWithoutProgress: number;
  attempts: AttemptRecord[];
}

export interface AttemptRecord {
  podUid: string;
  podName: string;
  logPosition: LogPosition;
  isLogComplete: boolean;
}

export interface AttemptUpdate {
  podUid: string;
  podName: string;
  startedAt: Date | null;
  endedAt: Date | null;
  exitCode: number | null;
  reason: string | null;
}

const JOB_RECORDED: ExecutionStatus = 'CREATED';

export type RecordJobOutcome = 'recorded' | 'cancel_requested' | 'fenced';

/** Executions from the side of the worker that has claimed them. A refused write means: somebody else has it now. */
export class LeasesStore {
  constructor(
    private readonly database: Database,
    private readonly settings: AdmissionSettings,
  ) {}

  /** Takes the execution over from whoever had it. Null: it has ended or must not run yet; there is nothing to do. */
  async claim(executionId: number, workerId: string): Promise<ClaimedExecution | null> {
    const [row] = await this.database.client.$queryRaw<ClaimedRow[]>`
      UPDATE execution SET lease_epoch = lease_epoch + 1, worker_id = ${workerId},
        enqueued_at = coalesce(enqueued_at, now()), claims_without_progress = claims_without_progress + 1
      WHERE id = ${executionId} AND ended_at IS NULL AND waiting_for IS NULL
      RETURNING *`;
    if (!row) return null;
    const attempts = await this.database.client.executionAttempt.findMany({
      where: { executionId: BigInt(executionId) },
      orderBy: { n: 'asc' },
    });
    return {
      lease: { executionId, epoch: row.lease_epoch },
      execution: toExecution(row),
      snapshot: { ...row.snapshot, pod: row.snapshot.pod ?? DEFAULT_POD_SETTINGS },
      secretArgs: row.secret_args,
      jobUid: row.job_uid,
      claimsWithoutProgress: row.claims_without_progress - 1,
      attempts: attempts.map((attempt) => ({
        podUid: attempt.podUid,
        podName: attempt.podName,
        isLogComplete: attempt.logComplete,
        logPosition: {
          sinceSecond: Number(attempt.logSinceSecond),
          lines: attempt.logLines,
          hash: Number(attempt.logHash),
          partialBytes: attempt.logPartialBytes,
        },
      })),
    };
  }

  /** True while nobody else has claimed the execution and it has not ended. */
  async isHeld({ executionId, epoch }: Lease): Promise<boolean> {
    const rows = await this.database.client.$queryRaw<unknown[]>`
      SELECT 1 FROM execution WHERE id = ${executionId} AND lease_epoch = ${epoch} AND ended_at IS NULL`;
    return rows.length > 0;
  }

  /** Records the Job that was created or adopted, unless a cancel came first: then that Job is to be deleted. */
  async recordJob({ executionId, epoch }: Lease, jobUid: string): Promise<RecordJobOutcome> {
    // One UPDATE decides: beside it, a SELECT of the same statement would still see the row as it was before a claim
    // that the UPDATE had to wait for, and take "fenced" for "cancelled".
    const [row] = await this.database.client.$queryRaw<{ recorded: boolean }[]>`
      UPDATE execution SET
        job_uid = CASE WHEN cancel_requested_at IS NULL THEN ${jobUid} ELSE job_uid END,
        status = CASE
          WHEN cancel_requested_at IS NULL AND status = ANY(${statusesBefore(JOB_RECORDED)}::text[]) THEN ${JOB_RECORDED}
          ELSE status END,
        claims_without_progress = CASE WHEN job_uid IS NULL THEN 0 ELSE claims_without_progress END,
        updated_at = now()
      WHERE id = ${executionId} AND lease_epoch = ${epoch} AND ended_at IS NULL
        AND (job_uid IS NULL OR job_uid = ${jobUid})
      RETURNING cancel_requested_at IS NULL AS recorded`;
    if (!row) return 'fenced';
    return row.recorded ? 'recorded' : 'cancel_requested';
  }

  /** Moves to a status that is not final; one that can't follow the present one changes nothing. False: fenced. */
  async move(
    { executionId, epoch }: Lease,
    status: ExecutionStatus,
    reason: string | null = null,
  ): Promise<boolean> {
    const before = statusesBefore(status);
    // Saying again what is recorded already is no progress: each new follower does so.
    // The event of a start is written only where somebody wants it, and only by the first move to a pod that runs.
    const rows = await this.database.client.$queryRaw<unknown[]>`
      WITH moved AS (UPDATE execution SET
        claims_without_progress = CASE
          WHEN status = ANY(${before}::text[]) OR (status = ${status} AND reason IS DISTINCT FROM ${reason}) THEN 0
          ELSE claims_without_progress END,
        reason = CASE WHEN status = ANY(${before}::text[]) OR status = ${status} THEN ${reason} ELSE reason END,
        status = CASE WHEN status = ANY(${before}::text[]) THEN ${status} ELSE status END,
        started_at = CASE WHEN ${isRunning(status)} THEN coalesce(started_at, now()) ELSE started_at END,
        updated_at = now()
      WHERE id = ${executionId} AND lease_epoch = ${epoch} AND ended_at IS NULL
      RETURNING id, schedule_id, user_email, started_at
      ), told AS (
        INSERT INTO notification (execution_id, event) SELECT id, 'started' FROM moved
        WHERE ${isRunning(status)} AND started_at = now()::timestamptz(3) AND CASE
          WHEN schedule_id IS NULL THEN EXISTS (
            SELECT 1 FROM notification_preference p WHERE p.email = user_email AND 'start' = ANY(p.notify_on))
          ELSE EXISTS (SELECT 1 FROM schedule s WHERE s.id = schedule_id AND 'start' = ANY(s.notify_on)) END
        ON CONFLICT DO NOTHING
      )
      SELECT 1 FROM moved`;
    return rows.length > 0;
  }

  /** Records what is known of one pod; the first call for a pod makes it the next attempt. False: fenced. */
  async recordAttempt(lease: Lease, attempt: AttemptUpdate): Promise<boolean> {
    return this.database.transaction((session) => writeAttempt(session, lease, attempt));
  }

  /**
   * The end of the execution: status, notification and the next waiters' admission in one transaction. May be
   * repeated after an error whose outcome is unknown. Null: fenced, or it had ended already.
   * @returns ids that may be enqueued now
   */
  async end({ executionId, epoch }: Lease, end: ExecutionEnd): Promise<{ admitted: number[] } | null> {
    return this.database.transaction(async (session) => {
      const { ended, admitted } = await finish(session, [{ executionId, epoch, ...end }], this.settings);
      return ended.has(executionId) ? { admitted } : null;
    });
  }

  /** Gives the execution back: nobody follows it, and the sweep will queue it again if the queue has lost it. */
  async release({ executionId, epoch }: Lease): Promise<void> {
    await this.database.client.$executeRaw`
      UPDATE execution SET worker_id = NULL, enqueued_at = NULL, claims_without_progress = 0
      WHERE id = ${executionId} AND lease_epoch = ${epoch} AND ended_at IS NULL`;
  }

  /** These have been followed for a while: they are not what makes workers die. */
  async noteSettled(leases: readonly Lease[]): Promise<void> {
    if (leases.length === 0) return;
    await this.database.client.$executeRaw`
      UPDATE execution e SET claims_without_progress = 0
      FROM unnest(${leases.map((l) => BigInt(l.executionId))}::bigint[], ${leases.map((l) => l.epoch)}::int[]) AS l(id, epoch)
      WHERE e.id = l.id AND e.lease_epoch = l.epoch AND e.ended_at IS NULL AND e.claims_without_progress > 0`;
  }

  /** Which of this worker's executions somebody wants to stop: for whoever missed the signal. */
  async listCancelRequested(workerId: string): Promise<number[]> {
    const rows = await this.database.client.$queryRaw<{ id: bigint }[]>`
      SELECT id FROM execution
      WHERE worker_id = ${workerId} AND ended_at IS NULL AND cancel_requested_at IS NOT NULL`;
    return rows.map((row) => Number(row.id));
  }

  /** Of these executions, the ones that were not over at that time, with the Job each knows of. */
  async listLive(executionIds: readonly number[], at: Date): Promise<Map<number, { jobUid: string | null }>> {
    const rows = await this.database.client.$queryRaw<{ id: bigint; job_uid: string | null }[]>`
      SELECT id, job_uid FROM execution WHERE id = ANY(${executionIds.map(BigInt)}::bigint[])
        AND (ended_at IS NULL OR ended_at >= ${at})`;
    return new Map(rows.map((row) => [Number(row.id), { jobUid: row.job_uid }]));
  }
}

type ClaimedRow = ExecutionRow & {
  lease_epoch: number;
  job_uid: string | null;
  /** Rows of before pods could be set have no `pod`. */
  snapshot: Omit<ProcSnapshot, 'pod'> & Partial<Pick<ProcSnapshot, 'pod'>>;
  claims_without_progress: number;
};

async function writeAttempt(session: Session, lease: Lease, attempt: AttemptUpdate): Promise<boolean> {
  // The row lock keeps two attempts of one execution from taking the same number.
  const held = await session.$queryRaw<unknown[]>`
    SELECT 1 FROM execution WHERE id = ${lease.executionId} AND lease_epoch = ${lease.epoch} AND ended_at IS NULL FOR UPDATE`;
  if (held.length === 0) return false;
  await session.$executeRaw`
    INSERT INTO execution_attempt (execution_id, pod_uid, n, pod_name, started_at, ended_at, exit_code, reason)
    SELECT ${lease.executionId}, ${attempt.podUid}, coalesce(max(n), 0) + 1, ${attempt.podName}, ${attempt.startedAt},
      ${attempt.endedAt}, ${attempt.exitCode}, ${attempt.reason}
    FROM execution_attempt WHERE execution_id = ${lease.executionId}
    ON CONFLICT (execution_id, pod_uid) DO UPDATE SET
      started_at = coalesce(excluded.started_at, execution_attempt.started_at),
      ended_at = coalesce(excluded.ended_at, execution_attempt.ended_at),
      exit_code = coalesce(excluded.exit_code, execution_attempt.exit_code),
      reason = coalesce(excluded.reason, execution_attempt.reason)`;
  return true;
}
