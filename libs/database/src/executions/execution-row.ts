import type { Execution, ExecutionStatus, ExecutionSummary } from '@app/domain';
import { Prisma } from '../generated/client.js';
import { ORIGIN_COLUMNS_OF_E, originFromRow, type OriginRow } from './origin-columns.js';
import { namesOfSealed, type SealedArgs } from './sealed-args.js';

/** The columns that lists select of `execution`. */
export interface ExecutionSummaryRow extends OriginRow {
  id: bigint;
  proc_name: string;
  job_name: string;
  image: string;
  user_email: string;
  status: string;
  exit_code: number | null;
  reason: string | null;
  waits_until: Date | null;
  created_at: Date;
  updated_at: Date;
  started_at: Date | null;
  ended_at: Date | null;
  cancel_requested_at: Date | null;
  cancel_requested_by: string | null;
}

export const SUMMARY_COLUMNS = Prisma.sql`e.id, e.proc_name, e.job_name, e.image, e.user_email, e.status, e.exit_code,
  e.reason, e.waits_until, e.created_at, e.updated_at, e.started_at, e.ended_at, e.cancel_requested_at,
  e.cancel_requested_by, ${ORIGIN_COLUMNS_OF_E}`;

/** A row of `execution` as Postgres returns it; the columns that stores select for an Execution. */
export interface ExecutionRow extends ExecutionSummaryRow {
  args: Record<string, string>;
  secret_args: SealedArgs | null;
}

export const EXECUTION_COLUMNS = Prisma.sql`${SUMMARY_COLUMNS}, e.args, e.secret_args`;

export function toExecution(row: ExecutionRow): Execution {
  return { ...toSummary(row), args: row.args, secretArgNames: namesOfSealed(row.secret_args) };
}

export function toSummary(row: ExecutionSummaryRow): ExecutionSummary {
  return {
    id: Number(row.id),
    procName: row.proc_name,
    jobName: row.job_name,
    image: row.image,
    userEmail: row.user_email,
    status: row.status as ExecutionStatus,
    exitCode: row.exit_code,
    reason: row.reason,
    waitsUntil: row.ended_at === null ? row.waits_until : null,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    startedAt: row.started_at,
    endedAt: row.ended_at,
    cancelRequestedAt: row.cancel_requested_at,
    cancelRequestedBy: row.cancel_requested_by,
    origin: originFromRow(row),
  };
}
