import type { ExecutionEnd } from '@app/database';
import type { JobView, PodState, PodView, RunView } from '@app/runner';

/** How long an execution may take to start, counted from the creation of its Job or pod. */
export interface StartLimits {
  /** For the Job to become active and for a pod to run. */
  startMs: number;
  /** For an image that cannot be pulled. */
  imageMs: number;
}

export type Assessment =
  | { kind: 'job_created' }
  /** `reason`: what Kubernetes says the pod waits for. */
  | { kind: 'waiting_for_pod'; reason: string | null }
  | { kind: 'running' }
  /** It ended by itself. */
  | { kind: 'ended'; end: ExecutionEnd }
  /** It will never start: delete the Job, then end. */
  | { kind: 'cannot_start'; end: ExecutionEnd }
  /** The recorded Job does not exist. */
  | { kind: 'vanished' };

const HOPELESS_REASONS: readonly string[] = ['InvalidImageName', 'ErrImageNeverPull'];
const IMAGE_REASONS: readonly string[] = [
  'ErrImagePull',
  'ImagePullBackOff',
  'ImageInspectError',
  'RegistryUnavailable',
];

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
  return assessStart(job, pod, run.limits, now);
}

function assessStart(job: JobView, pod: PodView | null, limits: StartLimits, now: number): Assessment {
  if (pod === null || pod.state.kind !== 'waiting') {
    const isLate = pod === null && now - job.createdAt.getTime() > limits.startMs;
    if (isLate && job.active === 0) {
      return cannotStart(
        'JOB_CREATION_FAILED',
        `the Job did not become active within ${seconds(limits.startMs)}`,
      );
    }
    if (isLate)
      return cannotStart('POD_CREATION_FAILED', `no pod appeared within ${seconds(limits.startMs)}`);
    return job.active > 0 || pod !== null
      ? { kind: 'waiting_for_pod', reason: null }
      : { kind: 'job_created' };
  }
  const { reason, message } = pod.state;
  const text = [reason, message].filter(Boolean).join(': ') || 'the pod did not start';
  const waitedMs = now - pod.createdAt.getTime();
  if (reason !== null && HOPELESS_REASONS.includes(reason)) return cannotStart('POD_CREATION_FAILED', text);
  const limitMs = reason !== null && IMAGE_REASONS.includes(reason) ? limits.imageMs : limits.startMs;
  if (waitedMs > limitMs) return cannotStart('POD_CREATION_FAILED', `${text} (after ${seconds(limitMs)})`);
  return { kind: 'waiting_for_pod', reason: reason === null || reason === 'ContainerCreating' ? null : text };
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

function cannotStart(status: 'JOB_CREATION_FAILED' | 'POD_CREATION_FAILED', reason: string): Assessment {
  return { kind: 'cannot_start', end: { status, exitCode: null, reason } };
}

function seconds(ms: number): string {
  return `${Math.round(ms / 1000)} s`;
}
