/**
 * The execution state machine: which status may follow which. Nobody else compares or lists statuses.
 * The names up to `FETCH_POD_LOG_FAILED` are v2's and part of the wire contract.
 */
export const EXECUTION_STATUSES = [
  'RECEIVED',
  'REQUIREMENT_NOT_MET',
  'CREATED',
  'CREATION_FAILED',
  'JOB_READY',
  'JOB_CREATION_FAILED',
  'POD_READY',
  'POD_CREATION_FAILED',
  'FINISHED',
  'POD_FAILED',
  'FETCH_POD_LOG_FAILED',
  'TIMED_OUT',
  'CANCELLED',
] as const;

export type ExecutionStatus = (typeof EXECUTION_STATUSES)[number];

export const INITIAL_STATUS: ExecutionStatus = 'RECEIVED';

/** How an execution may end once its Job exists. */
const ENDS_OF_A_JOB = [
  'FINISHED',
  'POD_FAILED',
  'FETCH_POD_LOG_FAILED',
  'TIMED_OUT',
  'CANCELLED',
] as const satisfies readonly ExecutionStatus[];

const MOVES: Record<ExecutionStatus, readonly ExecutionStatus[]> = {
  RECEIVED: ['REQUIREMENT_NOT_MET', 'CREATED', 'CREATION_FAILED', 'CANCELLED'],
  CREATED: ['JOB_READY', 'JOB_CREATION_FAILED', 'POD_READY', 'POD_CREATION_FAILED', ...ENDS_OF_A_JOB],
  JOB_READY: ['POD_READY', 'POD_CREATION_FAILED', ...ENDS_OF_A_JOB],
  // Back to JOB_READY: the pod of one attempt has failed and the next one is not running yet.
  POD_READY: ['JOB_READY', 'POD_CREATION_FAILED', ...ENDS_OF_A_JOB],
  REQUIREMENT_NOT_MET: [],
  CREATION_FAILED: [],
  JOB_CREATION_FAILED: [],
  POD_CREATION_FAILED: [],
  FINISHED: [],
  POD_FAILED: [],
  FETCH_POD_LOG_FAILED: [],
  TIMED_OUT: [],
  CANCELLED: [],
};

export function canMove(from: ExecutionStatus, to: ExecutionStatus): boolean {
  return MOVES[from].includes(to);
}

/** Every status from which `to` may be reached in one move: what a compare-and-set must find. */
export function statusesBefore(to: ExecutionStatus): ExecutionStatus[] {
  return EXECUTION_STATUSES.filter((from) => canMove(from, to));
}

export function isFinal(status: ExecutionStatus): boolean {
  return MOVES[status].length === 0;
}

export const FINAL_STATUSES: readonly ExecutionStatus[] = EXECUTION_STATUSES.filter(isFinal);

export function isExecutionStatus(value: string): value is ExecutionStatus {
  return (EXECUTION_STATUSES as readonly string[]).includes(value);
}

/** True for the one status that means that the proc did what it was asked to do. */
export function isSuccess(status: ExecutionStatus): boolean {
  return status === 'FINISHED';
}
