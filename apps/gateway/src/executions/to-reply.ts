import { HIDDEN_VALUE, type ReplyOf } from '@app/contract';
import {
  originIds,
  type Execution,
  type ExecutionAttempt,
  type ExecutionDetail,
  type ExecutionSummary,
} from '@app/domain';

/** Converts an execution to the contract's form. Leaves out fields beyond v2's that are null. */
export function toReply(execution: ExecutionSummary): ReplyOf<'submitExecution'> {
  const { exitCode, reason, waitsUntil, startedAt, endedAt, cancelRequestedAt, cancelRequestedBy } =
    execution;
  const { scheduleId, rerunOf } = originIds(execution.origin);
  return {
    id: execution.id,
    job_name: execution.procName,
    name: execution.jobName,
    image_tag: execution.image,
    created_at: execution.createdAt.toISOString(),
    updated_at: execution.updatedAt.toISOString(),
    status: execution.status,
    ...(exitCode !== null && { exit_code: exitCode }),
    ...(reason !== null && { reason }),
    ...(waitsUntil && { waits_until: waitsUntil.toISOString() }),
    ...(startedAt && { started_at: startedAt.toISOString() }),
    ...(endedAt && { ended_at: endedAt.toISOString() }),
    user_email: execution.userEmail,
    ...(cancelRequestedAt && { cancel_requested_at: cancelRequestedAt.toISOString() }),
    ...(cancelRequestedBy !== null && { cancel_requested_by: cancelRequestedBy }),
    ...(scheduleId !== null && { schedule_id: scheduleId }),
    ...(rerunOf !== null && { rerun_of: rerunOf }),
  };
}

/**
 * Like `toReply`, with args and attempts. Hides the values of secret args.
 * @param rerunArgs secret args that the caller must pass for a rerun
 */
export function toDetailReply(
  execution: ExecutionDetail,
  rerunArgs: readonly string[],
): ReplyOf<'getExecution'> {
  const { remoteAddress, waitingFor } = execution;
  return {
    ...toReply(execution),
    args: showArgs(execution),
    proc_revision: execution.procRevision,
    ...(remoteAddress !== null && { remote_address: remoteAddress }),
    ...(waitingFor !== null && { waiting_for: waitingFor }),
    attempts: execution.attempts.map(toAttemptReply),
    ...(rerunArgs.length > 0 && { rerun_args: [...rerunArgs] }),
  };
}

/** The args with the values of secret ones hidden. */
export function showArgs({
  args,
  secretArgNames,
}: Pick<Execution, 'args' | 'secretArgNames'>): Record<string, string> {
  return { ...args, ...Object.fromEntries(secretArgNames.map((name) => [name, HIDDEN_VALUE])) };
}

function toAttemptReply(attempt: ExecutionAttempt): ReplyOf<'getExecution'>['attempts'][number] {
  const { n, podName, startedAt, endedAt, exitCode, reason } = attempt;
  return {
    n,
    pod_name: podName,
    ...(startedAt && { started_at: startedAt.toISOString() }),
    ...(endedAt && { ended_at: endedAt.toISOString() }),
    ...(exitCode !== null && { exit_code: exitCode }),
    ...(reason !== null && { reason }),
  };
}
