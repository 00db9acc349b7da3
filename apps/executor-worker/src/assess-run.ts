import type { ExecutionEnd } from '@app/database';
import type { JobView, PodState, PodView, RunView } from '@app/runner';
import { assessStart, type StartAssessment, type StartLimits } from './assess-start.js';

export type Assessment =
  | StartAssessment
  | { kind: 'running' }
  /** It ended by itself. */
  | { kind: 'ended'; end: ExecutionEnd }
  /** The recorded Job does not exist. */
  | { kind: 'vanished' };

/** Decides what the state of the Job and its pods means for the execution. Pure; `now` in Unix milliseconds. */
export function assessRun(
  view: RunView,
  run: { jobUid: string; retries: number; limits: StartLimits },
  now: number,
): Assessment {
  const { job } = view;
  if (job === null || job.jobUid !== run.jobUid) return { kind: 'vanished' };
  const pod = view.pods.at(-1) ?? null;
  if (job.finished) return { kind: 'ended', end: endOfJob(job, view.pods) };
  // Kubernetes marks the Job a second or more after the pod; without retries left, the pod's end is final.
  if (pod?.state.kind === 'succeeded') return { kind: 'ended', end: endOfPod(pod.state) };
  if (pod?.state.kind === 'failed' && run.retries === 0) return { kind: 'ended', end: endOfPod(pod.state) };
  if (pod?.state.kind === 'running') return { kind: 'running' };
  return assessStart(view, job, run.limits, now);
}

function endOfJob(job: JobView, pods: readonly PodView[]): ExecutionEnd {
  const ended = pods
    .map(({ state }) => state)
    .filter((state) => state.kind === 'succeeded' || state.kind === 'failed');
  if (job.finished?.succeeded) return { status: 'FINISHED', exitCode: 0, reason: null };
  const failed = ended.filter((state) => state.kind === 'failed').at(-1);
  if (failed) return endOfPod(failed);
  const reason = job.finished?.reason ?? 'Failed';
  const text = [reason, job.finished?.message].filter(Boolean).join(': ');
  return { status: reason === 'DeadlineExceeded' ? 'TIMED_OUT' : 'POD_FAILED', exitCode: null, reason: text };
}

function endOfPod(state: Extract<PodState, { kind: 'succeeded' | 'failed' }>): ExecutionEnd {
  if (state.kind === 'succeeded') return { status: 'FINISHED', exitCode: 0, reason: null };
  const { exitCode, reason, message } = state;
  if (reason === 'DeadlineExceeded') {
    return { status: 'TIMED_OUT', exitCode, reason: message ?? 'the time limit was exceeded' };
  }
  // The exit code alone describes an ordinary failure.
  const text =
    reason === 'Error' && exitCode !== null ? message : [reason, message].filter(Boolean).join(': ');
  return { status: 'POD_FAILED', exitCode, reason: text };
}
