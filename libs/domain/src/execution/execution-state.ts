/**
 * The execution state machine: which status may follow which. No other file compares statuses: a spec in libs/database
 * searches for that. The names up to `FETCH_POD_LOG_FAILED` are v2's and part of the wire contract.
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

export const INITIAL_STATUS = 'RECEIVED' satisfies ExecutionStatus;
export const SUCCESS_STATUS = 'FINISHED' satisfies ExecutionStatus;

/** How an execution can end once its Job exists. */
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
  // Back to JOB_READY: one attempt's pod has failed and the next is not running yet.
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

/** Every status from which `to` can be reached in one move: the old values of a compare-and-set. */
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

/** True for the one status that means that the proc succeeded. */
export function isSuccess(status: ExecutionStatus): boolean {
  return status === SUCCESS_STATUS;
}

/** True while a pod of the execution runs. */
export function isRunning(status: ExecutionStatus): boolean {
  return status === 'POD_READY';
}

export function isCancelled(status: ExecutionStatus): boolean {
  return status === 'CANCELLED';
}

export function isTimedOut(status: ExecutionStatus): boolean {
  return status === 'TIMED_OUT';
}

/** True if the container succeeded, but its log could not be read to the end. */
export function hasLostLog(status: ExecutionStatus): boolean {
  return status === 'FETCH_POD_LOG_FAILED';
}
