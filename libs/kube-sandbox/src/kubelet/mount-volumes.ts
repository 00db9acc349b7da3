import type { StartGate } from './kubelet-context.js';
import type { PodRecord } from './pod-record.js';

/** Waits while the pod's volumes cannot be mounted. As in a cluster, only an event says so. */
export async function mountVolumes(record: PodRecord, gate: StartGate, signal: AbortSignal): Promise<void> {
  const { mountFailure } = gate;
  if (mountFailure === null) return;
  record.recordEvent('Warning', 'FailedMount', mountFailure);
  await gate.untilVolumesMount(signal);
}
