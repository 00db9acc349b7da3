import { isSuccess } from '@app/domain';
import type { ExecutionEnd } from '@app/database';
import {
  INIT_CONTAINER_FAILED,
  MAX_DISRUPTIONS,
  type JobView,
  type PodState,
  type PodView,
  type RunView,
} from '@app/runner';
import { assessStart, assessSuspended, type StartAssessment, type StartLimits } from './assess-start.js';
import { isPreempted, isPreemption } from './preemption.js';

/** What is known of a run besides its Job and pods. */
export interface KnownRun {
  jobUid: string;
  retries: number;
  /** It may run again after it was stopped, even without retries. */
  repeatable: boolean;
  limits: StartLimits;
  /** The last attempt that is recorded as ended, even if its pod is gone. */
  lastEnd: RecordedEnd | null;
  /** An attempt is recorded as ended with 0. */
  hasSucceeded: boolean;
  /** How many of its attempts Kubernetes evicted, preempted or drained, gone ones included. */
  disruptions: number;
}

/** As it is stored with the attempt. */
export interface RecordedEnd {
  exitCode: number | null;
  reason: string | null;
}

export type Assessment =
  | StartAssessment
  | { kind: 'running' }
  /** It ended by itself. */
  | { kind: 'ended'; end: ExecutionEnd }
  /** Kubernetes has stopped more of its attempts than it may: delete the Job, then end. */
  | { kind: 'disrupted_too_often'; end: ExecutionEnd }
  /** The attempt failed and another may follow, but a container that Proctor does not know keeps the pod: delete the pod. */
  | { kind: 'held_open'; pod: PodView }
  /** The recorded Job does not exist. */
  | { kind: 'vanished' };

/** How long other containers may go on after the proc's has failed, before the next attempt. */
const OTHERS_MAY_RUN_MS = 10_000;

/** Decides what the state of the Job and its pods means for the execution. Pure; `now` in Unix milliseconds. */
export function assessRun(view: RunView, run: KnownRun, now: number): Assessment {
  const { job } = view;
  if (job !== null && job.jobUid !== run.jobUid) return { kind: 'vanished' };
  // Kubernetes may count the pod as failed, and even run the work again, because of another container.
  if (run.hasSucceeded || view.pods.some(({ state }) => state.kind === 'succeeded')) {
    return { kind: 'ended', end: FINISHED };
  }
  if (job === null) return { kind: 'vanished' };
  if (job.finished) return { kind: 'ended', end: endOfJob(job, view.pods, run) };
  const pod = view.pods.at(-1) ?? null;
  const hasRun = run.lastEnd !== null || view.pods.some(({ state }) => state.kind !== 'waiting');
  if (job.suspended && !job.isBeingDeleted) {
    if (hasRun && run.retries === 0 && !run.repeatable) return stoppedForGood(view.pods);
    return assessSuspended(job, { hasRun, limitMs: run.limits.queueMs }, now);
  }
  // The next attempt may have started already.
  if (run.disruptions > MAX_DISRUPTIONS && run.retries > 0) return disruptedTooOften(view.pods, run);
  if (pod?.state.kind === 'failed') {
    // The queue may have stopped it, and the news about the Job may be late: Kubernetes decides.
    if (isPreempted(job, pod) || mayBePreempted(job, pod)) return { kind: 'waiting_for_pod', reason: null };
    // Kubernetes marks the Job a second or more after the pod. Nothing follows in a Job that is being deleted.
    if (run.retries === 0 || job.isBeingDeleted) return { kind: 'ended', end: endOfPod(pod.state, run) };
    const isOverdue = now - pod.state.endedAt.getTime() > OTHERS_MAY_RUN_MS;
    if (pod.isKeptAlive && isOverdue && !pod.isBeingDeleted) return { kind: 'held_open', pod };
  }
  if (pod?.state.kind === 'running') return { kind: 'running' };
  // A deleted pod is gone, and Kubernetes waits for up to ten minutes before the next attempt.
  const isBetweenAttempts = pod === null && run.lastEnd !== null && !isPreemption(run.lastEnd.reason);
  if (isBetweenAttempts && job.warning?.reason !== 'FailedCreate') {
    return { kind: 'waiting_for_pod', reason: null };
  }
  return assessStart(view, job, run.limits, now);
}

function mayBePreempted(job: JobView, pod: PodView): boolean {
  return job.queue !== null && pod.isBeingDeleted && !job.isBeingDeleted;
}

/**
 * True if Kubernetes would go on after the proc has ended: other containers keep a pod alive, or the pod counts as failed
 * or disrupted although the proc succeeded, so that the work would run again.
 */
export function mustDeleteJob({ job, pods }: RunView, end: ExecutionEnd, retries: number): boolean {
  if (job?.finished) return false;
  // A Job that its queue suspends forgets its pods.
  const isForgotten =
    job?.queue != null && (job.suspended !== null || pods.every(({ isBeingDeleted }) => isBeingDeleted));
  const mayRepeat = ({ state, phase, isDisrupted }: PodView) =>
    state.kind === 'succeeded' && (phase === 'failed' || isDisrupted);
  return (
    pods.some(({ isKeptAlive, mayRun }) => isKeptAlive || mayRun) ||
    (isSuccess(end.status) && (isForgotten || (retries > 0 && pods.some(mayRepeat))))
  );
}

const FINISHED: ExecutionEnd = { status: 'FINISHED', exitCode: 0, reason: null };

function endOfJob(job: JobView, pods: readonly PodView[], run: KnownRun): ExecutionEnd {
  if (job.finished?.succeeded) return FINISHED;
  const failed = lastFailure(pods);
  if (failed) return endOfPod(failed, run);
  if (run.lastEnd && !isPreemption(run.lastEnd.reason)) return endOfRecord(run.lastEnd);
  const reason = job.finished?.reason ?? 'Failed';
  const text = [reason, job.finished?.message].filter(Boolean).join(': ');
  return { status: reason === 'DeadlineExceeded' ? 'TIMED_OUT' : 'POD_FAILED', exitCode: null, reason: text };
}

function lastFailure(pods: readonly PodView[]): FailedState | undefined {
  return pods
    .map(({ state }) => state)
    .filter((state) => state.kind === 'failed')
    .at(-1);
}

function endOfRecord({ exitCode, reason }: RecordedEnd): ExecutionEnd {
  const [, kind = '', message = ''] = /^(\w+)(?:: )?(.*)$/s.exec(reason ?? '') ?? [];
  if (kind === 'DeadlineExceeded') return { status: 'TIMED_OUT', exitCode, reason: message || reason };
  return { status: 'POD_FAILED', exitCode, reason: kind === 'Error' ? message || null : reason };
}

type FailedState = Extract<PodState, { kind: 'failed' }>;

function endOfPod(state: FailedState, { retries }: Pick<KnownRun, 'retries'>): ExecutionEnd {
  const { exitCode, reason, message } = state;
  if (reason === 'DeadlineExceeded') {
    return { status: 'TIMED_OUT', exitCode, reason: message ?? 'the time limit was exceeded' };
  }
  const isRetryLeft = reason === INIT_CONTAINER_FAILED && retries > 0;
  const text = isRetryLeft
    ? `${describe(state)}; only failures of the proc itself are retried`
    : describe(state);
  return { status: 'POD_FAILED', exitCode, reason: text };
}

/** The exit code alone describes an ordinary failure. */
function describe({ exitCode, reason, message }: FailedState): string | null {
  return reason === 'Error' && exitCode !== null ? message : [reason, message].filter(Boolean).join(': ');
}

/** Someone has suspended the Job of a proc that may not run again. */
function stoppedForGood(pods: readonly PodView[]): Assessment {
  const exitCode = lastFailure(pods)?.exitCode ?? null;
  const reason =
    'stopped: the Job was suspended, and the proc may not run again without retries or repeatable';
  return { kind: 'disrupted_too_often', end: { status: 'POD_FAILED', exitCode, reason } };
}

function disruptedTooOften(pods: readonly PodView[], { disruptions }: KnownRun): Assessment {
  const last = lastFailure(pods);
  const limit = `Kubernetes stopped ${disruptions} attempts, more than the ${MAX_DISRUPTIONS} it may`;
  const reason = [limit, last && describe(last)].filter(Boolean).join('; the last: ');
  return {
    kind: 'disrupted_too_often',
    end: { status: 'POD_FAILED', exitCode: last?.exitCode ?? null, reason },
  };
}
