import type { CoreV1Event } from '@kubernetes/client-node';
import type { WarningEntry } from '../run-table.js';

/** A message may quote anything, and thousands are kept. */
const MAX_MESSAGE_LENGTH = 1_000;

/** Kueue names its Workload for a Job `job-NAME-HASH`. */
const WORKLOAD_NAME = /^job-(.+)-[^-]{5}$/;

function toSubject({ involvedObject: { kind, name, uid } }: CoreV1Event) {
  return kind === 'Workload' ? { kind, uid, name: WORKLOAD_NAME.exec(name ?? '')?.[1] } : { kind, name, uid };
}

/** What the runner keeps of an event; null for one about anything but a Job, its Workload or its pod. Accepts plain JSON (instants as strings). */
export function toWarning(event: CoreV1Event): WarningEntry | null {
  const { kind, name, uid } = toSubject(event);
  // A condition of the pod says so, and no longer does once the pod has a node.
  if (event.reason === 'FailedScheduling') return null;
  if ((kind !== 'Job' && kind !== 'Pod' && kind !== 'Workload') || !name || !uid) return null;
  const { series, lastTimestamp, eventTime, metadata } = event;
  // Components of Kubernetes fill in different fields.
  const at = series?.lastObservedTime ?? lastTimestamp ?? eventTime ?? metadata.creationTimestamp ?? 0;
  const message = (event.message ?? '').slice(0, MAX_MESSAGE_LENGTH).toWellFormed();
  return { kind, name, uid, warning: { reason: event.reason ?? '', message, at: new Date(at) } };
}
