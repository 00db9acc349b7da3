import type { V1ContainerStatus, V1Job, V1Pod } from '@kubernetes/client-node';
import type { JobView, PodState, PodView } from '../runner.js';
import { CONTAINER_NAME, EXECUTION_ID_LABEL, JOB_NAME_LABEL } from './names.js';

/** Container reasons that a disruption of the pod explains better. */
const VAGUE_REASONS = new Set<string | undefined>(['Error', 'Completed', 'ContainerStatusUnknown']);

/** What the runner keeps of a pod. Accepts the client's objects and plain JSON (instants as Date or string). */
export function toPodView(pod: V1Pod): PodView {
  return {
    podName: pod.metadata?.name ?? '',
    podUid: pod.metadata?.uid ?? '',
    createdAt: instant(pod.metadata?.creationTimestamp) ?? new Date(0),
    state: podState(pod),
    isBeingDeleted: pod.metadata?.deletionTimestamp != null,
  };
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

/** The name of the Job that owns a pod, or null if no Job does. */
export function jobNameOfPod(pod: V1Pod): string | null {
  const labels = pod.metadata?.labels;
  const owner = pod.metadata?.ownerReferences?.find(({ kind }) => kind === 'Job');
  return labels?.[JOB_NAME_LABEL] ?? labels?.[`batch.kubernetes.io/${JOB_NAME_LABEL}`] ?? owner?.name ?? null;
}

function podState(pod: V1Pod): PodState {
  const status = pod.status;
  const container = status?.containerStatuses?.find(({ name }) => name === CONTAINER_NAME);
  const terminated = container?.state?.terminated;
  if (
    status?.phase === 'Failed' ||
    (terminated && terminated.exitCode !== 0 && status?.phase !== 'Succeeded')
  ) {
    return failedState(pod, container);
  }
  if (status?.phase === 'Succeeded' || terminated) {
    return {
      kind: 'succeeded',
      startedAt: instant(terminated?.startedAt),
      endedAt: instant(terminated?.finishedAt) ?? lastSeenAt(pod),
    };
  }
  const startedAt = instant(container?.state?.running?.startedAt);
  if (startedAt) return { kind: 'running', startedAt };
  return waitingState(pod, container);
}

function failedState(pod: V1Pod, container: V1ContainerStatus | undefined): PodState {
  const terminated = container?.state?.terminated;
  const disruption = pod.status?.conditions?.find(
    ({ type, status }) => type === 'DisruptionTarget' && status === 'True',
  );
  // For a container that it lost track of, the kubelet writes exit code 137. That is a guess, not an exit code.
  const isKnown = terminated !== undefined && terminated.reason !== 'ContainerStatusUnknown';
  const ofContainer = VAGUE_REASONS.has(terminated?.reason) ? undefined : terminated?.reason;
  return {
    kind: 'failed',
    exitCode: isKnown ? terminated.exitCode : null,
    reason: pod.status?.reason ?? ofContainer ?? disruption?.reason ?? terminated?.reason ?? 'Unknown',
    message: pod.status?.message ?? terminated?.message ?? disruption?.message ?? null,
    startedAt: instant(terminated?.startedAt) ?? instant(container?.state?.running?.startedAt),
    endedAt: (isKnown ? instant(terminated.finishedAt) : null) ?? lastSeenAt(pod),
  };
}

function waitingState(pod: V1Pod, container: V1ContainerStatus | undefined): PodState {
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
