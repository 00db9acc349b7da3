import {
  type Condition,
  type Container,
  type ContainerState,
  type ContainerStatus,
  isNativeSidecar,
  type Pod,
  type PodPhase,
  type PodStatus,
  withoutUndefined,
} from '../objects/kube-object.js';

/** The outcome of a pod if something other than its containers' own exits decided it. */
export interface PodVerdict {
  phase: PodPhase;
  reason?: string;
  message?: string;
  /** Of the condition `DisruptionTarget`; omitted: it was no disruption. */
  disruption?: string;
}

/** What the kubelet knows about a container. */
export interface ContainerFacts {
  containerID?: string;
  restartCount: number;
  state: ContainerState;
  lastState: ContainerState;
}

/** What the kubelet knows about a pod. `podStatus` derives the status from it. */
export interface PodFacts {
  startTime?: string;
  /** By name, init containers included. */
  containers: ReadonlyMap<string, ContainerFacts>;
  verdict?: PodVerdict;
}

/** What the status of a pod says, or the facts of a new one. */
export function initialFacts({ spec, status }: Pod): PodFacts {
  const known = [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])];
  const { initContainers = [], containers } = spec;
  const pending = initContainers.length > 0 ? 'PodInitializing' : 'ContainerCreating';
  const factsOf = ({ name }: Container): [string, ContainerFacts] => {
    const one = known.find((container) => container.name === name);
    return [
      name,
      {
        containerID: one?.containerID,
        restartCount: one?.restartCount ?? 0,
        state: one?.state ?? { waiting: { reason: pending } },
        lastState: one?.lastState ?? {},
      },
    ];
  };
  return {
    startTime: status.startTime,
    containers: new Map([...initContainers, ...containers].map(factsOf)),
  };
}

/** The status of a bound pod. Unchanged conditions keep their transition time. */
export function podStatus(pod: Pod, facts: PodFacts, now: string): PodStatus {
  const { initContainers = [], containers } = pod.spec;
  const phase = facts.verdict?.phase ?? phaseOf(pod, facts);
  const statuses = (list: readonly Container[], readyAtEnd: boolean) =>
    list.map((container) => containerStatus(container, facts, readyAtEnd));
  const all = [...initContainers, ...containers];
  const hasRun = all.some(({ name }) => facts.containers.get(name)?.containerID !== undefined);
  return withoutUndefined({
    phase,
    reason: facts.verdict?.reason,
    message: facts.verdict?.message,
    conditions: podConditions(pod, phase, facts, now),
    hostIP: '127.0.0.1',
    podIP: hasRun ? '127.0.0.1' : undefined,
    startTime: facts.startTime,
    qosClass: 'BestEffort',
    initContainerStatuses: initContainers.length > 0 ? statuses(initContainers, true) : undefined,
    containerStatuses: statuses(containers, false),
  });
}

/** @param readyAtEnd an init container is ready once it has done its work */
function containerStatus({ name, image }: Container, facts: PodFacts, readyAtEnd: boolean): ContainerStatus {
  const { containerID, restartCount, state, lastState } = facts.containers.get(name)!;
  const isRunning = state.running !== undefined;
  return withoutUndefined({
    name,
    image,
    imageID: containerID ? `sandbox://${image}` : '',
    containerID,
    ready: isRunning || (readyAtEnd && state.terminated?.exitCode === 0),
    started: isRunning,
    restartCount,
    state,
    lastState,
  });
}

/** As the kubelet derives it. No pod is over while a sidecar runs. */
function phaseOf(pod: Pod, facts: PodFacts): PodPhase {
  const { initContainers = [], containers, restartPolicy } = pod.spec;
  const stateOf = ({ name }: Container) => facts.containers.get(name)!.state;
  for (const container of initContainers) {
    const { running, terminated } = stateOf(container);
    if (isNativeSidecar(container)) {
      // One that has ended did so with the pod.
      if (!running && !terminated) return 'Pending';
    } else if (terminated?.exitCode !== 0) {
      return terminated && restartPolicy === 'Never' ? 'Failed' : 'Pending';
    }
  }
  const states = containers.map(stateOf);
  const isRestarting = ({ waiting }: ContainerState) => waiting?.reason === 'CrashLoopBackOff';
  if (states.some((state) => state.waiting && !isRestarting(state))) return 'Pending';
  if (states.some((state) => state.running || isRestarting(state))) return 'Running';
  if (initContainers.some((container) => isNativeSidecar(container) && stateOf(container).running)) {
    return 'Running';
  }
  const hasFailed = states.some(({ terminated }) => terminated?.exitCode !== 0);
  if (!hasFailed && restartPolicy !== 'Always') return 'Succeeded';
  return restartPolicy === 'Never' ? 'Failed' : 'Running';
}

function podConditions(pod: Pod, phase: PodPhase, facts: PodFacts, now: string): Condition[] {
  const { initContainers = [], containers } = pod.spec;
  const isRunning = ({ name }: Container) => facts.containers.get(name)?.state.running !== undefined;
  const isInitialized = initContainers.every(
    (container) =>
      isRunning(container) || facts.containers.get(container.name)?.state.terminated?.exitCode === 0,
  );
  const unready = {
    reason: phase === 'Succeeded' ? 'PodCompleted' : phase === 'Failed' ? 'PodFailed' : 'ContainersNotReady',
  };
  const notRunning = containers.filter((container) => !isRunning(container)).map(({ name }) => name);
  const why =
    phase === 'Pending' || phase === 'Running'
      ? { message: `containers with unready status: [${notRunning.join(' ')}]` }
      : {};
  const readiness: Pick<Condition, 'status' | 'reason' | 'message'> =
    notRunning.length === 0 ? { status: 'True' } : { status: 'False', ...unready, ...why };
  const hasEnded = phase === 'Succeeded' || phase === 'Failed';
  const initialized: Pick<Condition, 'status' | 'reason'> =
    isInitialized || hasEnded ? { status: 'True' } : { status: 'False', reason: 'ContainersNotInitialized' };
  const previous = pod.status.conditions ?? [];
  const wanted: Condition[] = [
    { type: 'PodReadyToStartContainers', status: hasEnded ? 'False' : 'True' },
    { type: 'Initialized', ...initialized, ...(phase === 'Succeeded' && { reason: 'PodCompleted' }) },
    { type: 'Ready', ...readiness },
    { type: 'ContainersReady', ...readiness },
    { type: 'PodScheduled', status: 'True' },
    ...disruptions(previous, facts.verdict),
  ];
  return wanted.map((condition) => withTransition(condition, previous, now));
}

/** Once set it stays. */
function disruptions(previous: readonly Condition[], verdict: PodVerdict | undefined): Condition[] {
  const known = previous.filter(({ type }) => type === 'DisruptionTarget');
  if (known.length > 0 || !verdict?.disruption) return known;
  return [{ ...disruptionCondition(verdict.disruption, verdict.message ?? '') }];
}

/** Says that Kubernetes, and not the pod, is the reason for its end. */
export function disruptionCondition(reason: string, message: string): Condition {
  return { type: 'DisruptionTarget', status: 'True', reason, message };
}

/** Adds times to a condition. Keeps the transition time if the status is unchanged. */
export function withTransition(condition: Condition, previous: readonly Condition[], now: string): Condition {
  const before = previous.find((one) => one.type === condition.type);
  const lastTransitionTime = before?.status === condition.status ? before.lastTransitionTime : now;
  return { lastProbeTime: null, ...condition, lastTransitionTime };
}
