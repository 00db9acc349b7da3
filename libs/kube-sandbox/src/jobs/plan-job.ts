import { backOffMs } from '@app/timing';
import {
  type Condition,
  isPodTerminal,
  type Job,
  type JobStatus,
  type Pod,
  toKubeTime,
  withoutUndefined,
} from '../objects/kube-object.js';
import { matchPodFailurePolicy } from './pod-failure-policy.js';

/** Marks pods that the Job has not counted yet. It keeps them until it has. */
export const TRACKING_FINALIZER = 'batch.kubernetes.io/job-tracking';

export interface JobFacts {
  nowMs: number;
  /** When the latest failed pod was noticed; null: no longer known. */
  lastFailureAtMs: number | null;
  retryBackoffMs: number;
  retryBackoffMaxMs: number;
}

/** What the Job controller does next. All of it may safely be repeated. */
export interface JobPlan {
  status: JobStatus;
  createPod: boolean;
  deletePods: readonly Pod[];
  /** Pods that `status` has counted: the Job no longer needs them. */
  releasePods: readonly Pod[];
  /** When to reconcile again without a change; null: never. */
  requeueAtMs: number | null;
  /** Conditions that are new in `status`. */
  newConditions: readonly Condition[];
}

/** Decides what to do for an unfinished Job, given its pods, as Kubernetes' Job controller does. */
export function planJob(job: Job, pods: readonly Pod[], facts: JobFacts): JobPlan {
  const uncounted = pods.filter((pod) => isUncounted(pod) && (isPodTerminal(pod) || hasFailed(job, pod)));
  const succeeded =
    (job.status.succeeded ?? 0) + uncounted.filter((pod) => pod.status.phase === 'Succeeded').length;
  const failures = uncounted.filter((pod) => hasFailed(job, pod));
  const matches = failures.map((pod) => matchPodFailurePolicy(job, pod));
  const ignored = matches.filter((match) => match?.action === 'Ignore').length;
  const failed = (job.status.failed ?? 0) + failures.length - ignored;
  const alive = pods.filter((pod) => !isPodTerminal(pod));
  const active = alive.filter((pod) => !pod.metadata.deletionTimestamp);
  const terminatingCount = alive.length - active.length;
  const before = job.status.conditions ?? [];
  const isSuspended = job.spec.suspend;
  const previous = withSuspension(before, isSuspended, facts.nowMs);
  // Its start time and deadline count again from when it is resumed.
  const startTime = isSuspended
    ? undefined
    : (previous === before && job.status.startTime) || toKubeTime(facts.nowMs);
  const deadlineAtMs = deadlineOf(job, startTime);

  const decided = decide(job, previous, {
    succeeded,
    failed,
    restarts: restartsOf(active),
    policyFailure: matches.find((match) => match?.action === 'FailJob')?.message ?? null,
    isLate: deadlineAtMs !== null && facts.nowMs >= deadlineAtMs,
  });
  const hasNoPods = alive.length === 0;
  const conditions = [...previous, ...missing(previous, conclude(decided, hasNoPods), facts.nowMs)];
  const mayRun = decided === null && !isSuspended;
  const waitsForEnd = job.spec.podReplacementPolicy === 'Failed' && terminatingCount > 0;
  const retryAtMs =
    failed === 0 && facts.lastFailureAtMs === null
      ? 0
      : (facts.lastFailureAtMs ?? 0) +
        backOffMs(Math.max(0, failed - 1), { firstMs: facts.retryBackoffMs, maxMs: facts.retryBackoffMaxMs });
  const wantsPod = mayRun && active.length === 0 && !waitsForEnd;
  const createPod = wantsPod && facts.nowMs >= retryAtMs;
  const isComplete = conditions.some((condition) => condition.type === 'Complete');

  const status: JobStatus = withoutUndefined({
    startTime,
    completionTime: isComplete ? toKubeTime(facts.nowMs) : undefined,
    active: (mayRun ? active.length : 0) + (createPod ? 1 : 0) || undefined,
    ready: mayRun ? active.filter(isReady).length : 0,
    terminating: terminatingCount + (mayRun ? 0 : active.length),
    succeeded: succeeded || undefined,
    failed: failed || undefined,
    uncountedTerminatedPods: {},
    conditions: conditions.length > 0 ? conditions : undefined,
  });
  return {
    status,
    createPod,
    deletePods: mayRun ? [] : active,
    // Pods of a suspended Job count as nothing.
    releasePods: isSuspended && decided === null ? [...uncounted, ...active] : uncounted,
    requeueAtMs: soonest(wantsPod && !createPod ? retryAtMs : null, mayRun ? deadlineAtMs : null),
    newConditions: conditions.filter((condition) => !before.includes(condition)),
  };
}

/** Notes a change of `suspend`, as a condition that stays. The same list: nothing has changed. */
function withSuspension(
  conditions: readonly Condition[],
  isSuspended: boolean,
  nowMs: number,
): readonly Condition[] {
  const known = conditions.find(({ type }) => type === 'Suspended');
  if ((known?.status === 'True') === isSuspended) return conditions;
  const now = toKubeTime(nowMs);
  const changed: Condition = {
    type: 'Suspended',
    status: isSuspended ? 'True' : 'False',
    reason: isSuspended ? 'JobSuspended' : 'JobResumed',
    message: isSuspended ? 'Job suspended' : 'Job resumed',
    lastProbeTime: now,
    lastTransitionTime: now,
  };
  return [changed, ...conditions.filter((condition) => condition !== known)];
}

export function isUncounted({ metadata }: Pod): boolean {
  return metadata.finalizers?.includes(TRACKING_FINALIZER) ?? false;
}

/** A pod being deleted counts as failed, unless the Job waits for it to terminate. Same as Kubernetes' `isPodFailed`. */
export function hasFailed({ spec }: Job, { metadata, status }: Pod): boolean {
  if (status.phase === 'Failed') return true;
  const isTerminating = metadata.deletionTimestamp !== undefined && status.phase !== 'Succeeded';
  return isTerminating && spec.podReplacementPolicy !== 'Failed';
}

interface Verdict {
  target: 'SuccessCriteriaMet' | 'FailureTarget';
  reason: string;
  message: string;
}

function decide(
  job: Job,
  previous: readonly Condition[],
  now: {
    succeeded: number;
    failed: number;
    restarts: number;
    isLate: boolean;
    /** Why a rule of the `podFailurePolicy` ends the Job. */
    policyFailure: string | null;
  },
): Verdict | null {
  for (const target of ['FailureTarget', 'SuccessCriteriaMet'] as const) {
    const made = previous.find((condition) => condition.type === target);
    if (made) return { target, reason: made.reason ?? '', message: made.message ?? '' };
  }
  const { backoffLimit } = job.spec;
  if (now.succeeded >= 1) {
    return {
      target: 'SuccessCriteriaMet',
      reason: 'CompletionsReached',
      message: 'Reached expected number of succeeded pods',
    };
  }
  if (now.isLate) {
    return {
      target: 'FailureTarget',
      reason: 'DeadlineExceeded',
      message: 'Job was active longer than specified deadline',
    };
  }
  if (now.policyFailure !== null) {
    return { target: 'FailureTarget', reason: 'PodFailurePolicy', message: now.policyFailure };
  }
  const isPastRestarts = now.restarts > 0 && now.restarts >= backoffLimit;
  if (now.failed > backoffLimit || isPastRestarts) {
    return {
      target: 'FailureTarget',
      reason: 'BackoffLimitExceeded',
      message: 'Job has reached the specified backoff limit',
    };
  }
  return null;
}

/** The conditions that follow from a verdict: the target at once, the final one when no pod is left. */
function conclude(verdict: Verdict | null, hasNoPods: boolean): Condition[] {
  if (!verdict) return [];
  const { target, reason, message } = verdict;
  const final = target === 'FailureTarget' ? 'Failed' : 'Complete';
  return [target, ...(hasNoPods ? [final] : [])].map((type) => ({ type, status: 'True', reason, message }));
}

function missing(previous: readonly Condition[], wanted: Condition[], nowMs: number): Condition[] {
  const now = toKubeTime(nowMs);
  const added = wanted.filter((condition) => !previous.some((one) => one.type === condition.type));
  return added.map((condition) => ({ ...condition, lastProbeTime: now, lastTransitionTime: now }));
}

/** `startTime` is truncated to the second. Counting from the end of that second, no deadline fires early. */
function deadlineOf({ spec }: Job, startTime: string | undefined): number | null {
  if (spec.activeDeadlineSeconds === undefined || startTime === undefined) return null;
  return Date.parse(startTime) + 999 + spec.activeDeadlineSeconds * 1000;
}

function restartsOf(pods: readonly Pod[]): number {
  return pods.reduce((sum, pod) => sum + (pod.status.containerStatuses?.[0]?.restartCount ?? 0), 0);
}

function isReady(pod: Pod): boolean {
  return (
    pod.status.conditions?.some((condition) => condition.type === 'Ready' && condition.status === 'True') ??
    false
  );
}

function soonest(...instants: (number | null)[]): number | null {
  const known = instants.filter((instant) => instant !== null);
  return known.length > 0 ? Math.min(...known) : null;
}

export function isJobFinished({ status }: Job): boolean {
  return (
    status.conditions?.some(
      ({ type, status: value }) => (type === 'Complete' || type === 'Failed') && value === 'True',
    ) ?? false
  );
}

/** When to delete a finished Job by its TTL; null: never. */
export function expiryOf(job: Job): number | null {
  const end = job.status.conditions?.find(({ type }) => type === 'Complete' || type === 'Failed');
  const ttlSeconds = job.spec.ttlSecondsAfterFinished;
  if (ttlSeconds === undefined || !end?.lastTransitionTime) return null;
  return Date.parse(end.lastTransitionTime) + 999 + ttlSeconds * 1000;
}
