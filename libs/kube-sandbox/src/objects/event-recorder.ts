import { BoundedMap } from '@app/timing';
import { generateName } from './generate-name.js';
import { type AnyObject, type KubeEvent, toKubeTime } from './kube-object.js';
import type { ObjectStore } from './object-store.js';

export interface EventNote {
  type: 'Normal' | 'Warning';
  reason: string;
  message: string;
}

/** Writes Events about objects. A repeated note increments its count. Keeps the newest `limit` Events. */
export class EventRecorder {
  /** By object and note. */
  private readonly recorded: BoundedMap<string, { event: KubeEvent }>;

  constructor(
    private readonly store: ObjectStore,
    limit: number,
  ) {
    this.recorded = new BoundedMap({
      maxSize: limit,
      onEvict: ({ event }) => store.remove('events', event),
    });
  }

  record(component: string, about: AnyObject, note: EventNote): void {
    const key = `${about.metadata.uid} ${note.reason} ${note.message}`;
    const now = toKubeTime(Date.now());
    const known = this.recorded.get(key);
    if (!known) {
      this.recorded.set(key, { event: this.store.insert('events', newEvent(component, about, note, now)) });
      return;
    }
    const { event } = known;
    const counted = { ...event, count: event.count + 1, lastTimestamp: now };
    known.event =
      this.store.update('events', counted) ??
      this.store.insert('events', newEvent(component, about, note, now));
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
