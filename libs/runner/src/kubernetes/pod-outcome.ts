import type {
  V1ContainerStateTerminated,
  V1ContainerStatus,
  V1Job,
  V1Pod,
  V1PodCondition,
} from '@kubernetes/client-node';
import { INIT_CONTAINER_FAILED, type JobView, type PodState, type PodView } from '../runner.js';
import { blockingInitContainer, failedInitContainer, nativeSidecars } from './init-containers.js';
import { CONTAINER_NAME, EXECUTION_ID_LABEL, JOB_NAME_LABEL, QUEUE_LABEL } from './names.js';

/** Container reasons that a disruption of the pod explains better. */
const VAGUE_REASONS = new Set<string | undefined>(['Error', 'Completed', 'ContainerStatusUnknown']);

const DEADLINE_EXCEEDED = 'DeadlineExceeded';

/** What the runner keeps of a pod. Accepts the client's objects and plain JSON (instants as Date or string). */
export function toPodView(pod: V1Pod): PodView {
  const state = podState(pod);
  const phase = phaseOf(pod);
  const hasEnded = state.kind === 'succeeded' || state.kind === 'failed';
  const isBeingDeleted = pod.metadata?.deletionTimestamp != null;
  return {
    podName: pod.metadata?.name ?? '',
    podUid: pod.metadata?.uid ?? '',
    createdAt: instant(pod.metadata?.creationTimestamp) ?? new Date(0),
    state,
    phase,
    // Kubernetes binds no pod that is being deleted to a node.
    mayRun: phase === 'active' && !hasEnded && !(isBeingDeleted && !pod.spec?.nodeName),
    isKeptAlive: phase === 'active' && hasEnded && hasOtherContainerAlive(pod),
    isDisrupted: disruptionOf(pod) !== undefined,
    isBeingDeleted,
  };
}

function hasOtherContainerAlive({ spec, status }: V1Pod): boolean {
  const sidecars = new Set(nativeSidecars(spec).map(({ name }) => name));
  const others = [
    ...(status?.containerStatuses ?? []).filter(({ name }) => name !== CONTAINER_NAME),
    ...(status?.initContainerStatuses ?? []).filter(({ name }) => sidecars.has(name)),
  ];
  return others.some(({ state }) => !state?.terminated);
}

export function toJobView(job: V1Job): JobView {
  const end = job.status?.conditions?.find(
    ({ type, status }) => (type === 'Complete' || type === 'Failed') && status === 'True',
  );
  const createdAt = instant(job.metadata?.creationTimestamp) ?? new Date(0);
  return {
    jobName: job.metadata?.name ?? '',
    jobUid: job.metadata?.uid ?? '',
    executionId: job.metadata?.labels?.[EXECUTION_ID_LABEL] ?? '',
    createdAt,
    ...suspensionOf(job, createdAt),
    queue: job.metadata?.labels?.[QUEUE_LABEL] ?? null,
    active: job.status?.active ?? 0,
    endedPods: (job.status?.succeeded ?? 0) + (job.status?.failed ?? 0),
    finished: end
      ? {
          succeeded: end.type === 'Complete',
          reason: end.reason ?? end.type,
          message: end.message ?? '',
          at: instant(end.lastTransitionTime) ?? instant(job.status?.completionTime) ?? createdAt,
        }
      : null,
    isBeingDeleted: job.metadata?.deletionTimestamp != null,
  };
}

/** Kubernetes stamps the condition some time after `suspend` has changed. Until then the older state counts as suspended. */
function suspensionOf({ spec, status }: V1Job, createdAt: Date): Pick<JobView, 'suspended' | 'startableAt'> {
  const condition = status?.conditions?.find(({ type }) => type === 'Suspended');
  const at = instant(condition?.lastTransitionTime);
  if (condition?.status === 'True') return { suspended: { since: at }, startableAt: createdAt };
  if (spec?.suspend) return { suspended: { since: condition ? null : createdAt }, startableAt: createdAt };
  return { suspended: null, startableAt: (condition && at) ?? createdAt };
}

/** The name of the Job that owns a pod, or null if no Job does. */
export function jobNameOfPod(pod: V1Pod): string | null {
  const labels = pod.metadata?.labels;
  const owner = pod.metadata?.ownerReferences?.find(({ kind }) => kind === 'Job');
  return labels?.[JOB_NAME_LABEL] ?? labels?.[`batch.kubernetes.io/${JOB_NAME_LABEL}`] ?? owner?.name ?? null;
}

/** No other container, and no phase that others bring about, changes what the proc's own container did. */
function podState(pod: V1Pod): PodState {
  const { phase } = pod.status ?? {};
  const container = ownStatus(pod);
  const terminated = container?.state?.terminated;
  if (terminated) return endedState(pod, terminated);
  if (phase === 'Failed') return neverEndedState(pod, container);
  if (phase === 'Succeeded') {
    return { kind: 'succeeded', startedAt: null, endedAt: lastSeenAt(pod), interruption: null };
  }
  const startedAt = instant(container?.state?.running?.startedAt);
  if (startedAt) return { kind: 'running', startedAt };
  return waitingState(pod, container);
}

function endedState(pod: V1Pod, terminated: V1ContainerStateTerminated): PodState {
  const startedAt = instant(terminated.startedAt);
  // For a container that it lost track of, the kubelet writes exit code 137. That is a guess, not an exit code.
  const isKnown = terminated.reason !== 'ContainerStatusUnknown';
  const endedAt = (isKnown ? instant(terminated.finishedAt) : null) ?? lastSeenAt(pod);
  const podReason = reasonOfPod(pod, endedAt);
  if (isKnown && terminated.exitCode === 0 && podReason !== DEADLINE_EXCEEDED) {
    return { kind: 'succeeded', startedAt, endedAt, interruption: interruptionBefore(pod, endedAt) };
  }
  const disruption = disruptionOf(pod);
  const ofContainer = VAGUE_REASONS.has(terminated.reason) ? undefined : terminated.reason;
  return {
    kind: 'failed',
    exitCode: isKnown ? terminated.exitCode : null,
    reason: podReason ?? ofContainer ?? disruption?.reason ?? terminated.reason ?? 'Unknown',
    message:
      (podReason === null ? null : pod.status?.message) ?? terminated.message ?? disruption?.message ?? null,
    startedAt,
    endedAt,
  };
}

/** The pod failed, and its status shows no end of the proc's container: it never started, or its node is gone. */
function neverEndedState(pod: V1Pod, container: V1ContainerStatus | undefined): PodState {
  const disruption = disruptionOf(pod);
  const known = { reason: pod.status?.reason ?? disruption?.reason, message: pod.status?.message };
  const init = known.reason === undefined ? failedInitContainer(pod) : null;
  return {
    kind: 'failed',
    exitCode: null,
    reason: init ? INIT_CONTAINER_FAILED : (known.reason ?? 'Unknown'),
    message: init ?? known.message ?? disruption?.message ?? null,
    startedAt: instant(container?.state?.running?.startedAt),
    endedAt: lastSeenAt(pod),
  };
}

function waitingState(pod: V1Pod, container: V1ContainerStatus | undefined): PodState {
  const init = blockingInitContainer(pod);
  if (init) return { kind: 'waiting', ...init };
  const waiting = container?.state?.waiting;
  if (waiting) return { kind: 'waiting', reason: waiting.reason ?? null, message: waiting.message ?? null };
  const unscheduled = pod.status?.conditions?.find(
    ({ type, status }) => type === 'PodScheduled' && status === 'False',
  );
  return {
    kind: 'waiting',
    reason: unscheduled?.reason ?? pod.status?.reason ?? null,
    message: unscheduled?.message ?? pod.status?.message ?? null,
  };
}

function ownStatus(pod: V1Pod): V1ContainerStatus | undefined {
  return pod.status?.containerStatuses?.find(({ name }) => name === CONTAINER_NAME);
}

function phaseOf(pod: V1Pod): PodView['phase'] {
  const { phase } = pod.status ?? {};
  return phase === 'Succeeded' ? 'succeeded' : phase === 'Failed' ? 'failed' : 'active';
}

/** Kubernetes' reason for the end of the pod, unless the proc's container had ended before. */
function reasonOfPod(pod: V1Pod, endedAt: Date): string | null {
  const reason = pod.status?.reason ?? null;
  return reason === DEADLINE_EXCEEDED && endedBeforeDeadline(pod, endedAt) ? null : reason;
}

/**
 * Both times are cut to the second, so an end in the very second of the deadline may be its consequence: it does not
 * count as before.
 */
function endedBeforeDeadline(pod: V1Pod, endedAt: Date): boolean {
  const startedAt = instant(pod.status?.startTime);
  const limitSeconds = pod.spec?.activeDeadlineSeconds;
  if (startedAt === null || limitSeconds === undefined) return false;
  return endedAt.getTime() < startedAt.getTime() + limitSeconds * 1000;
}

function disruptionOf(pod: V1Pod): V1PodCondition | undefined {
  return pod.status?.conditions?.find(({ type, status }) => type === 'DisruptionTarget' && status === 'True');
}

function interruptionBefore(pod: V1Pod, endedAt: Date): string | null {
  const disruption = disruptionOf(pod);
  const at = instant(disruption?.lastTransitionTime);
  if (!disruption || (at !== null && at > endedAt)) return null;
  return [disruption.reason ?? disruption.type, disruption.message].filter(Boolean).join(': ');
}

/** The best estimate of when a pod without a terminated container ended: the latest time in its status. */
function lastSeenAt(pod: V1Pod): Date {
  const known = [
    ...(pod.status?.conditions ?? []).map(({ lastTransitionTime }) => instant(lastTransitionTime)),
    instant(pod.status?.startTime),
    instant(pod.metadata?.creationTimestamp),
  ];
  return new Date(Math.max(0, ...known.map((date) => date?.getTime() ?? 0)));
}

function instant(value: Date | string | null | undefined): Date | null {
  if (value == null) return null;
  const date = new Date(value);
  // Go's zero time (year 1) and invalid values both mean unknown.
  return date.getTime() > 0 ? date : null;
}
