import type { ReplyOf } from '@app/contract';
import type { Execution } from '@app/domain';

/** An execution in the contract's form; fields that v2 does not know are left out where they say nothing. */
export function toReply(execution: Execution): ReplyOf<'submitExecution'> {
  const { exitCode, reason, startedAt, endedAt, cancelRequestedAt } = execution;
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
    ...(startedAt && { started_at: startedAt.toISOString() }),
    ...(endedAt && { ended_at: endedAt.toISOString() }),
    user_email: execution.userEmail,
    ...(cancelRequestedAt && { cancel_requested_at: cancelRequestedAt.toISOString() }),
  };
}
