import type { ErrorCode, ExecutionStatus } from '@app/domain';

/** The meaning of each exit code, shown by `proctor help`. 69 (not built) comes from bin/proctor.mjs. */
export const EXIT_CODE_MEANINGS = {
  0: 'success; for `execute`: the execution succeeded',
  1: 'the execution failed; for `audit verify`: the audit trail is not intact; for `admin rotate-key`: some values are under another key',
  2: 'invalid usage, arguments or configuration',
  3: 'not signed in, or the credentials were rejected',
  4: 'not allowed',
  5: 'proc, execution, schedule, notification or account not found',
  6: 'conflict: already ended, in use or existing, or you declined',
  7: 'the gateway is unreachable, unavailable or busy',
  8: 'the execution was cancelled or timed out',
  9: 'this CLI is too old for the gateway',
  70: 'internal error of the gateway or the CLI',
  130: 'interrupted by Ctrl-C; the execution continues',
  141: 'the reader of the output closed it (`| head`)',
} as const;

export type ExitCode = keyof typeof EXIT_CODE_MEANINGS;

const BY_ERROR: Record<ErrorCode, ExitCode> = {
  malformed_request: 2,
  invalid_args: 2,
  too_large: 2,
  unauthenticated: 3,
  forbidden: 4,
  not_found: 5,
  conflict: 6,
  idempotency_key_reused: 6,
  too_many_requests: 7,
  unavailable: 7,
  outdated_client: 9,
  internal: 70,
};

/** A status that is not final means that `execute` could not learn the end. */
const BY_STATUS: Record<ExecutionStatus, ExitCode> = {
  RECEIVED: 7,
  CREATED: 7,
  JOB_READY: 7,
  POD_READY: 7,
  FINISHED: 0,
  REQUIREMENT_NOT_MET: 1,
  CREATION_FAILED: 1,
  JOB_CREATION_FAILED: 1,
  POD_CREATION_FAILED: 1,
  POD_FAILED: 1,
  FETCH_POD_LOG_FAILED: 1,
  TIMED_OUT: 8,
  CANCELLED: 8,
};

export function exitCodeOfError(code: ErrorCode): ExitCode {
  return BY_ERROR[code];
}

export function exitCodeOfStatus(status: ExecutionStatus): ExitCode {
  return BY_STATUS[status];
}
