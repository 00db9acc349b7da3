import type { AttemptUpdate } from '@app/database';
import type { PodView } from '@app/runner';
import type { RecordedEnd } from './assess-run.js';

/** As the row takes updates one after the other: what is known stays known. */
export function mergeAttempts(earlier: AttemptUpdate | undefined, later: AttemptUpdate): AttemptUpdate {
  if (!earlier) return later;
  return {
    ...later,
    startedAt: later.startedAt ?? earlier.startedAt,
    endedAt: later.endedAt ?? earlier.endedAt,
    exitCode: later.exitCode ?? earlier.exitCode,
    reason: later.reason ?? earlier.reason,
    isDisrupted: later.isDisrupted || earlier.isDisrupted,
  };
}

/** A pod whose container never ran (evicted or past its deadline before that) has no log. */
export function hasLog({ state }: PodView): boolean {
  return state.kind === 'running' || (state.kind !== 'waiting' && state.startedAt !== null);
}

export interface AttemptEnd extends RecordedEnd {
  hasSucceeded: boolean;
  isDisrupted: boolean;
}

export type EndedAttempt = Pick<AttemptUpdate, 'endedAt' | 'exitCode' | 'reason' | 'isDisrupted'>;

/** Exit code 0 after the deadline is no success, and no other failure has that code. */
export function hasSucceeded({ exitCode, reason }: EndedAttempt): boolean {
  return exitCode === 0 && !reason?.startsWith('DeadlineExceeded');
}

/** The kubelet knows the exit code, so it has not lost the container. A lost node kills it without a report. */
export function isReported({ state }: PodView): boolean {
  return (
    state.kind === 'succeeded' ||
    (state.kind === 'failed' && state.exitCode !== null && state.reason !== 'NodeLost')
  );
}

export function isDisruption(end: AttemptEnd | undefined): boolean {
  return end?.isDisrupted === true && !end.hasSucceeded;
}

export function toAttempt({ podUid, podName, state, isDisrupted }: PodView): AttemptUpdate {
  const none = { podUid, podName, startedAt: null, endedAt: null, exitCode: null, reason: null, isDisrupted };
  switch (state.kind) {
    case 'waiting':
      return none;
    case 'running':
      return { ...none, startedAt: state.startedAt };
    case 'succeeded':
      return {
        ...none,
        startedAt: state.startedAt,
        endedAt: state.endedAt,
        exitCode: 0,
        reason: state.interruption && `interrupted by Kubernetes: ${state.interruption}`,
      };
    case 'failed':
      return {
        ...none,
        startedAt: state.startedAt,
        endedAt: state.endedAt,
        exitCode: state.exitCode,
        reason: [state.reason, state.message].filter(Boolean).join(': '),
      };
  }
}
