import { generateName } from './generate-name.js';
import { type AnyObject, type KubeEvent, toKubeTime } from './kube-object.js';
import type { ObjectStore } from './object-store.js';

export interface EventNote {
  type: 'Normal' | 'Warning';
  reason: string;
  message: string;
}

/** Writes Event objects about other objects; the same note again raises its count. Keeps the newest `limit`. */
export class EventRecorder {
  /** By object and note, in the order of their creation. */
  private readonly recorded = new Map<string, KubeEvent>();

  constructor(
    private readonly store: ObjectStore,
    private readonly limit: number,
  ) {}

  record(component: string, about: AnyObject, note: EventNote): void {
    const key = `${about.metadata.uid} ${note.reason} ${note.message}`;
    const now = toKubeTime(Date.now());
    const before = this.recorded.get(key);
    const again =
      before && this.store.update('events', { ...before, count: before.count + 1, lastTimestamp: now });
    this.recorded.set(key, again ?? this.store.insert('events', newEvent(component, about, note, now)));
    if (this.recorded.size > this.limit) this.forgetOldest();
  }

  private forgetOldest(): void {
    const [key, event] = this.recorded.entries().next().value!;
    this.recorded.delete(key);
    this.store.remove('events', event);
  }
}

function newEvent(component: string, about: AnyObject, note: EventNote, now: string): KubeEvent {
  const { apiVersion, kind, metadata } = about;
  const { name, namespace = 'default', uid, resourceVersion } = metadata;
  const host = component === 'kubelet' ? 'kube-sandbox' : undefined;
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: {
      name: generateName(`${name.slice(0, 50)}.`),
      namespace,
      uid: '',
      resourceVersion: '',
      creationTimestamp: '',
    },
    involvedObject: { kind, apiVersion, namespace, name, uid, resourceVersion },
    ...note,
    source: { component, ...(host && { host }) },
    firstTimestamp: now,
    lastTimestamp: now,
    count: 1,
    eventTime: null,
    reportingComponent: component,
    reportingInstance: host ?? '',
  };
}
