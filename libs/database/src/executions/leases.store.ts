import {
  DEFAULT_POD_SETTINGS,
  statusesBefore,
  type Execution,
  type ExecutionStatus,
  type LogPosition,
  type ProcSnapshot,
} from '@app/domain';
import type { Database } from '../connection/database.js';
import type { AdmissionSettings } from './admission/gate.js';
import { toExecution, type ExecutionRow } from './execution-row.js';
import { finish, type ExecutionEnd } from './finish.js';
import type { Lease } from './lease.js';
import { recordAttempt, type AttemptUpdate } from './record-attempt.js';
import type { SealedArgs } from './sealed-args.js';

/** An execution as its new follower finds it. */
export interface ClaimedExecution {
  lease: Lease;
  execution: Execution;
  snapshot: ProcSnapshot;
  /** Args of type `secret`; null: it has none. */
  secretArgs: SealedArgs | null;
  /** Null: no Job has been recorded. */
  jobUid: string | null;
  /** Where its Job is. Null: not recorded, or by a worker of an earlier version. */
  jobNamespace: string | null;
  /** How often it was claimed since the last recorded progress. */
  claimsWithoutProgress: number;
  attempts: AttemptRecord[];
}

export interface AttemptRecord {
  podUid: string;
  podName: string;
  logPosition: LogPosition;
  isLogComplete: boolean;
  /** Null: it has not been seen to end. */
  endedAt: Date | null;
  exitCode: number | null;
  reason: string | null;
  isDisrupted: boolean;
}

const JOB_RECORDED: ExecutionStatus = 'CREATED';

export type RecordJobOutcome = 'recorded' | 'cancel_requested' | 'fenced';

/**
 * Executions as the worker that claimed them sees them. A refused write means that another worker has claimed them
 * since.
 */
export class LeasesStore {
  constructor(
    private readonly database: Database,
    private readonly settings: AdmissionSettings,
  ) {}

  /** Takes the execution over from its previous worker. Null: it has ended or is waiting, so there is nothing to do. */
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
      // A row from an earlier version lacks newer settings.
      snapshot: {
        ...row.snapshot,
        organization: row.snapshot.organization ?? '',
        pod: { ...DEFAULT_POD_SETTINGS, ...row.snapshot.pod },
      },
      secretArgs: row.secret_args,
      jobUid: row.job_uid,
      jobNamespace: row.job_namespace,
      claimsWithoutProgress: row.claims_without_progress - 1,
      attempts: attempts.map((attempt) => ({
        podUid: attempt.podUid,
        podName: attempt.podName,
        isLogComplete: attempt.logComplete,
        endedAt: attempt.endedAt,
        exitCode: attempt.exitCode,
        reason: attempt.reason,
        isDisrupted: attempt.isDisrupted,
        logPosition: {
          sinceSecond: Number(attempt.logSinceSecond),
          lines: attempt.logLines,
          hash: Number(attempt.logHash),
          partialBytes: attempt.logPartialBytes,
        },
      })),
    };
  }

  /** True while no other worker has claimed the execution and it has not ended. */
  async isHeld({ executionId, epoch }: Lease): Promise<boolean> {
    const rows = await this.database.client.$queryRaw<unknown[]>`
      SELECT 1 FROM execution WHERE id = ${executionId} AND lease_epoch = ${epoch} AND ended_at IS NULL`;
    return rows.length > 0;
  }

  /** Records the Job that was created or adopted. If a cancel came first, nothing is recorded: delete that Job. */
  async recordJob(
    { executionId, epoch }: Lease,
    jobUid: string,
    namespace: string,
  ): Promise<RecordJobOutcome> {
    // The UPDATE alone decides. A SELECT in the same statement would see the row as it was before a claim that the
    // UPDATE had to wait for, and mistake "fenced" for "cancelled".
    const [row] = await this.database.client.$queryRaw<{ recorded: boolean }[]>`
      UPDATE execution SET
        job_uid = CASE WHEN cancel_requested_at IS NULL THEN ${jobUid} ELSE job_uid END,
        job_namespace = ${namespace},
        status = CASE
          WHEN cancel_requested_at IS NULL AND status = ANY(${statusesBefore(JOB_RECORDED)}::text[]) THEN ${JOB_RECORDED}
          ELSE status END,
        claims_without_progress = CASE WHEN job_uid IS NULL THEN 0 ELSE claims_without_progress END,
        reason = CASE WHEN job_uid IS NULL THEN NULL ELSE reason END,
        waits_until = CASE WHEN job_uid IS NULL THEN NULL ELSE waits_until END,
        refused_at = CASE WHEN job_uid IS NULL THEN NULL ELSE refused_at END,
        refused_ms = CASE WHEN job_uid IS NULL THEN 0 ELSE refused_ms END,
        updated_at = now()
      WHERE id = ${executionId} AND lease_epoch = ${epoch} AND ended_at IS NULL
        AND (job_uid IS NULL OR job_uid = ${jobUid})
      RETURNING cancel_requested_at IS NULL AS recorded`;
    if (!row) return 'fenced';
    return row.recorded ? 'recorded' : 'cancel_requested';
  }

  /**
   * Moves to a status that is not final, with the reason why it waits there and until when. A status that cannot follow the
   * current one changes nothing. False: fenced.
   */
  async move(
    { executionId, epoch }: Lease,
    status: ExecutionStatus,
    reason: string | null = null,
    waitsUntil: Date | null = null,
  ): Promise<boolean> {
    const before = statusesBefore(status);
    // Recording the same status again is no progress: each new follower does it.
    const moved = await this.database.client.$executeRaw`
      UPDATE execution SET
        claims_without_progress = CASE
          WHEN status = ANY(${before}::text[]) OR (status = ${status} AND reason IS DISTINCT FROM ${reason}) THEN 0
          ELSE claims_without_progress END,
        reason = CASE WHEN status = ANY(${before}::text[]) OR status = ${status} THEN ${reason} ELSE reason END,
        waits_until = CASE WHEN status = ANY(${before}::text[]) OR status = ${status} THEN ${waitsUntil} ELSE waits_until END,
        refused_at = CASE WHEN status = ANY(${before}::text[]) OR status = ${status} THEN NULL ELSE refused_at END,
        refused_ms = CASE WHEN status = ANY(${before}::text[]) OR status = ${status} THEN 0 ELSE refused_ms END,
        status = CASE WHEN status = ANY(${before}::text[]) THEN ${status} ELSE status END,
        updated_at = now()
      WHERE id = ${executionId} AND lease_epoch = ${epoch} AND ended_at IS NULL`;
    return moved > 0;
  }

  /**
   * Records the state of one pod; the first call for a pod numbers it as the next attempt. The first container start is
   * that of the execution. False: fenced.
   */
  async recordAttempt(lease: Lease, attempt: AttemptUpdate): Promise<boolean> {
    return this.database.transaction((session) => recordAttempt(session, lease, attempt));
  }

  /**
   * Ends the execution, records the event and admits the next ones in one transaction. May be repeated if an error left
   * the outcome unknown. Null: fenced, or it had already ended.
   * @returns ids that may be enqueued now
   */
  async end({ executionId, epoch }: Lease, end: ExecutionEnd): Promise<{ admitted: number[] } | null> {
    return this.database.transaction(async (session) => {
      const { ended, admitted } = await finish(session, [{ executionId, epoch, ...end }], this.settings);
      return ended.has(executionId) ? { admitted } : null;
    });
  }

  /** Gives the execution back without a follower. If the queue has lost its entry, the sweep adds it again. */
  async release({ executionId, epoch }: Lease): Promise<void> {
    await this.database.client.$executeRaw`
      UPDATE execution SET worker_id = NULL, enqueued_at = NULL, claims_without_progress = 0
      WHERE id = ${executionId} AND lease_epoch = ${epoch} AND ended_at IS NULL`;
  }

  /** Resets the count of claims without progress: these have run for a while and do not crash workers. */
  async noteSettled(leases: readonly Lease[]): Promise<void> {
    if (leases.length === 0) return;
    await this.database.client.$executeRaw`
      UPDATE execution e SET claims_without_progress = 0
      FROM unnest(${leases.map((l) => BigInt(l.executionId))}::bigint[], ${leases.map((l) => l.epoch)}::int[]) AS l(id, epoch)
      WHERE e.id = l.id AND e.lease_epoch = l.epoch AND e.ended_at IS NULL AND e.claims_without_progress > 0`;
  }

  /** This worker's executions with a request to cancel, in case it missed the signal. */
  async listCancelRequested(workerId: string): Promise<number[]> {
    const rows = await this.database.client.$queryRaw<{ id: bigint }[]>`
      SELECT id FROM execution
      WHERE worker_id = ${workerId} AND ended_at IS NULL AND cancel_requested_at IS NOT NULL`;
    return rows.map((row) => Number(row.id));
  }

  /** Those of these executions that had not ended at that time, each with its recorded Job. */
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
  job_namespace: string | null;
  /** Rows from before pod settings existed have no `pod`. */
  snapshot: Omit<ProcSnapshot, 'pod'> & Partial<Pick<ProcSnapshot, 'pod'>>;
  claims_without_progress: number;
};
