import { DEFAULT_POD_SETTINGS, type Execution, type LogPosition, type ProcSnapshot } from '@app/domain';
import type { PreparedSession } from '../connection/prepared.js';
import { Prisma } from '../generated/client.js';
import { SUMMARY_COLUMNS, toExecution, type ExecutionRow } from './execution-row.js';
import type { Lease } from './lease.js';
import type { SealedArgs } from './sealed-args.js';

/** An execution as its new follower finds it. */
export interface ClaimedExecution {
  lease: Lease;
  execution: Execution;
  snapshot: ProcSnapshot;
  /** No worker has claimed it before: it has no Job, no attempts and no log. */
  isFirstClaim: boolean;
  /** Args of type `secret`; null: it has none. */
  secretArgs: SealedArgs | null;
  /** The proc has secrets. */
  hasProcSecrets: boolean;
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

export interface Claim {
  executionId: number;
  workerId: string;
}

/**
 * Takes executions over from their previous workers, each at most once in a batch. A batch of several leaves out rows that
 * another process has locked.
 * @returns by execution id, without those that have ended, wait, or are locked
 */
export async function claim(
  session: PreparedSession,
  batch: readonly Claim[],
): Promise<Map<number, ClaimedExecution>> {
  const isAlone = batch.length === 1;
  const given = JSON.stringify(
    batch.map(({ executionId, workerId }) => ({ id: executionId, worker_id: workerId })),
  );
  const rows = await session.run<ClaimedRow>(
    isAlone ? 'claim one' : 'claim',
    Prisma.sql`
    WITH given AS MATERIALIZED (
      SELECT * FROM json_to_recordset(${given}::json) AS g(id bigint, worker_id text)
    ), claimable AS MATERIALIZED (
      SELECT e.id, g.worker_id FROM execution e JOIN given g ON g.id = e.id
      WHERE e.ended_at IS NULL AND e.waiting_for IS NULL
      ORDER BY e.id FOR NO KEY UPDATE OF e ${isAlone ? Prisma.empty : Prisma.sql`SKIP LOCKED`}
    )
    UPDATE execution e SET lease_epoch = e.lease_epoch + 1, worker_id = c.worker_id,
      enqueued_at = coalesce(e.enqueued_at, now()), claims_without_progress = e.claims_without_progress + 1
    FROM claimable c WHERE e.id = c.id
    RETURNING ${SUMMARY_COLUMNS}, e.args, e.secret_args, e.snapshot, e.lease_epoch, e.job_uid, e.job_namespace,
      e.claims_without_progress, EXISTS (SELECT 1 FROM proc_secret s WHERE s.proc_name = e.proc_name) AS has_proc_secrets`,
  );
  // Read after the claim has locked its row: only now can no earlier worker add to them. A first claim has none.
  const attempts = await readAttempts(
    session,
    rows.filter(({ lease_epoch }) => lease_epoch > 1).map(({ id }) => id),
  );
  return new Map(rows.map((row) => [Number(row.id), toClaimed(row, attempts.get(row.id) ?? [])]));
}

async function readAttempts(
  session: PreparedSession,
  ids: readonly bigint[],
): Promise<Map<bigint, AttemptRecord[]>> {
  const attempts = new Map<bigint, AttemptRecord[]>();
  if (ids.length === 0) return attempts;
  const rows = await session.run<AttemptRow>(
    'attempts of executions',
    Prisma.sql`
    SELECT execution_id, pod_uid, pod_name, ended_at, exit_code, reason, is_disrupted, log_since_second, log_lines, log_hash,
      log_partial_bytes, log_complete
    FROM execution_attempt WHERE execution_id = ANY(${[...ids]}::bigint[]) ORDER BY execution_id, n`,
  );
  for (const row of rows) {
    const known = attempts.get(row.execution_id);
    if (known) known.push(toAttempt(row));
    else attempts.set(row.execution_id, [toAttempt(row)]);
  }
  return attempts;
}

type ClaimedRow = ExecutionRow & {
  lease_epoch: number;
  job_uid: string | null;
  job_namespace: string | null;
  /** Rows from before pod settings existed have no `pod`. */
  snapshot: Omit<ProcSnapshot, 'pod'> & Partial<Pick<ProcSnapshot, 'pod'>>;
  claims_without_progress: number;
  has_proc_secrets: boolean;
};

function toClaimed(row: ClaimedRow, attempts: AttemptRecord[]): ClaimedExecution {
  return {
    lease: { executionId: Number(row.id), epoch: row.lease_epoch },
    execution: toExecution(row),
    // A row from an earlier version lacks newer settings.
    snapshot: {
      ...row.snapshot,
      organization: row.snapshot.organization ?? '',
      pod: { ...DEFAULT_POD_SETTINGS, ...row.snapshot.pod },
    },
    isFirstClaim: row.lease_epoch === 1,
    secretArgs: row.secret_args,
    hasProcSecrets: row.has_proc_secrets,
    jobUid: row.job_uid,
    jobNamespace: row.job_namespace,
    claimsWithoutProgress: row.claims_without_progress - 1,
    attempts,
  };
}

interface AttemptRow {
  execution_id: bigint;
  pod_uid: string;
  pod_name: string;
  ended_at: Date | null;
  exit_code: number | null;
  reason: string | null;
  is_disrupted: boolean;
  log_since_second: bigint;
  log_lines: number;
  log_hash: bigint;
  log_partial_bytes: number;
  log_complete: boolean;
}

function toAttempt(row: AttemptRow): AttemptRecord {
  return {
    podUid: row.pod_uid,
    podName: row.pod_name,
    isLogComplete: row.log_complete,
    endedAt: row.ended_at,
    exitCode: row.exit_code,
    reason: row.reason,
    isDisrupted: row.is_disrupted,
    logPosition: {
      sinceSecond: Number(row.log_since_second),
      lines: row.log_lines,
      hash: Number(row.log_hash),
      partialBytes: row.log_partial_bytes,
    },
  };
}
