import { removeIfDone } from '../objects/delete-object.js';
import type { EventRecorder } from '../objects/event-recorder.js';
import { allContainers, type Pod, type PodStatus, toKubeTime } from '../objects/kube-object.js';
import type { ObjectStore } from '../objects/object-store.js';
import { type ContainerOwner, ContainerRecord } from './container-record.js';
import {
  type ContainerFacts,
  initialFacts,
  type PodFacts,
  podStatus,
  type PodVerdict,
  withTransition,
} from './pod-status.js';

export const NODE_NAME = 'kube-sandbox';

/** One pod as its worker knows it. Writes its status and events to the API. */
export class PodRecord implements ContainerOwner {
  private facts: PodFacts;

  constructor(
    readonly pod: Pod,
    private readonly store: ObjectStore,
    private readonly events: EventRecorder,
  ) {
    this.facts = initialFacts(pod);
  }

  /** Init containers first. */
  get containers(): ContainerRecord[] {
    return allContainers(this.pod.spec).map((container) => new ContainerRecord(this, container));
  }

  get isBound(): boolean {
    return this.current()?.spec.nodeName !== undefined;
  }

  /** A container of it has run. */
  get hasStarted(): boolean {
    return this.containers.some(({ facts }) => facts.containerID !== undefined);
  }

  /** All of its containers but init containers have ended. */
  get hasEnded(): boolean {
    return this.pod.spec.containers.every(({ name }) => this.factsOf(name).state.terminated);
  }

  factsOf(container: string): ContainerFacts {
    const facts = this.facts.containers.get(container);
    if (!facts) throw new Error(`pod ${this.pod.metadata.name} has no container ${container}`);
    return facts;
  }

  noteContainer(name: string, more: Partial<ContainerFacts>): void {
    const containers = new Map(this.facts.containers).set(name, { ...this.factsOf(name), ...more });
    this.facts = { ...this.facts, containers };
  }

  recordEvent(type: 'Normal' | 'Warning', reason: string, message: string, component = 'kubelet'): void {
    this.events.record(component, this.pod, { type, reason, message });
  }

  bind(): void {
    this.facts.startTime = toKubeTime(Date.now());
    this.write((pod) => ({ ...pod.spec, nodeName: NODE_NAME }));
  }

  /** Records why the pod is not scheduled yet. */
  writeUnschedulable(message: string): void {
    const pod = this.current();
    if (!pod) return;
    const condition = { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message } as const;
    this.put(pod, {
      ...pod.status,
      conditions: [withTransition(condition, pod.status.conditions ?? [], toKubeTime(Date.now()))],
    });
  }

  /** Writes the pod's final status, and removes a pod that is being deleted. */
  finish(verdict: PodVerdict | null): void {
    this.store.atomically(() => {
      this.facts = { ...this.facts, verdict: verdict ?? undefined };
      const pod = this.write();
      if (!pod?.metadata.deletionTimestamp) return;
      const done = this.store.update('pods', {
        ...pod,
        metadata: { ...pod.metadata, deletionGracePeriodSeconds: 0 },
      });
      if (done) removeIfDone(this.store, 'pods', done);
    });
  }

  write(specOf: (pod: Pod) => Pod['spec'] = (pod) => pod.spec): Pod | null {
    const pod = this.current();
    if (!pod) return null;
    return this.put({ ...pod, spec: specOf(pod) }, podStatus(pod, this.facts, toKubeTime(Date.now())));
  }

  private put(pod: Pod, status: PodStatus): Pod | null {
    return this.store.update('pods', { ...pod, status });
  }

  private current(): Pod | undefined {
    const { namespace = '', name, uid } = this.pod.metadata;
    const pod = this.store.get('pods', namespace, name);
    return pod?.metadata.uid === uid ? pod : undefined;
  }
}
