import {
  type Condition,
  type ContainerState,
  type ContainerStatus,
  type Pod,
  type PodPhase,
  type PodStatus,
  withoutUndefined,
} from '../objects/kube-object.js';

/** The outcome of a pod if something other than its container's own exit decided it. */
export interface PodVerdict {
  phase: PodPhase;
  reason?: string;
  message?: string;
}

/** What the kubelet knows about a pod. `podStatus` derives the status from it. */
export interface PodFacts {
  startTime?: string;
  containerID?: string;
  restartCount: number;
  state: ContainerState;
  lastState: ContainerState;
  verdict?: PodVerdict;
}

/** The status of a bound pod. Unchanged conditions keep their transition time. */
export function podStatus(pod: Pod, facts: PodFacts, now: string): PodStatus {
  const container = pod.spec.containers[0]!;
  const phase = facts.verdict?.phase ?? phaseOf(pod, facts.state);
  const isRunning = facts.state.running !== undefined;
  const status: ContainerStatus = withoutUndefined({
    name: container.name,
    image: container.image,
    imageID: facts.containerID ? `sandbox://${container.image}` : '',
    containerID: facts.containerID,
    ready: isRunning,
    started: isRunning,
    restartCount: facts.restartCount,
    state: facts.state,
    lastState: facts.lastState,
  });
  return withoutUndefined({
    phase,
    reason: facts.verdict?.reason,
    message: facts.verdict?.message,
    conditions: podConditions(pod, phase, isRunning, now),
    hostIP: '127.0.0.1',
    podIP: facts.containerID ? '127.0.0.1' : undefined,
    startTime: facts.startTime,
    qosClass: 'BestEffort',
    containerStatuses: [status],
  });
}

function phaseOf(pod: Pod, state: ContainerState): PodPhase {
  if (state.running) return 'Running';
  if (state.waiting?.reason === 'CrashLoopBackOff') return 'Running';
  if (!state.terminated) return 'Pending';
  if (state.terminated.exitCode === 0 && pod.spec.restartPolicy !== 'Always') return 'Succeeded';
  return pod.spec.restartPolicy === 'Never' ? 'Failed' : 'Running';
}

function podConditions(pod: Pod, phase: PodPhase, isRunning: boolean, now: string): Condition[] {
  const unready = {
    reason: phase === 'Succeeded' ? 'PodCompleted' : phase === 'Failed' ? 'PodFailed' : 'ContainersNotReady',
  };
  const why =
    phase === 'Pending' || phase === 'Running'
      ? { message: `containers with unready status: [${pod.spec.containers[0]!.name}]` }
      : {};
  const readiness: Pick<Condition, 'status' | 'reason' | 'message'> = isRunning
    ? { status: 'True' }
    : { status: 'False', ...unready, ...why };
  const hasEnded = phase === 'Succeeded' || phase === 'Failed';
  const wanted: Condition[] = [
    { type: 'PodReadyToStartContainers', status: hasEnded ? 'False' : 'True' },
    { type: 'Initialized', status: 'True', ...(phase === 'Succeeded' && { reason: 'PodCompleted' }) },
    { type: 'Ready', ...readiness },
    { type: 'ContainersReady', ...readiness },
    { type: 'PodScheduled', status: 'True' },
  ];
  return wanted.map((condition) => withTransition(condition, pod.status.conditions ?? [], now));
}

/** Adds times to a condition. Keeps the transition time if the status is unchanged. */
export function withTransition(condition: Condition, previous: readonly Condition[], now: string): Condition {
  const before = previous.find((one) => one.type === condition.type);
  const lastTransitionTime = before?.status === condition.status ? before.lastTransitionTime : now;
  return { lastProbeTime: null, ...condition, lastTransitionTime };
}
