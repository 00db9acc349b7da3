import { isCancelled, isFinal, isRunning, isSuccess, isTimedOut, type ExecutionStatus } from '@app/domain';

export type StatusKind = 'waiting' | 'running' | 'finished' | 'failed' | 'stopped';

/** How a status is shown: waiting, running, finished, failed, or stopped before it could end by itself. */
export function statusKind(status: ExecutionStatus): StatusKind {
  if (isRunning(status)) return 'running';
  if (!isFinal(status)) return 'waiting';
  if (isSuccess(status)) return 'finished';
  return isCancelled(status) || isTimedOut(status) ? 'stopped' : 'failed';
}

const WORDS: Record<ExecutionStatus, string> = {
  RECEIVED: 'Waiting',
  REQUIREMENT_NOT_MET: 'Requirement not met',
  CREATED: 'Launching',
  CREATION_FAILED: 'Refused by Kubernetes',
  JOB_READY: 'Launching',
  JOB_CREATION_FAILED: 'Did not start',
  POD_READY: 'Running',
  POD_CREATION_FAILED: 'Did not start',
  FINISHED: 'Finished',
  POD_FAILED: 'Failed',
  FETCH_POD_LOG_FAILED: 'Log lost',
  TIMED_OUT: 'Timed out',
  CANCELLED: 'Cancelled',
};

export function statusWord(status: ExecutionStatus): string {
  return WORDS[status];
}
