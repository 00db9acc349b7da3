import type { KubeletContext } from './kubelet-context.js';
import type { PodRecord } from './pod-record.js';
import { untilObjectChanges } from './until-object-changes.js';
import { volumeFiles } from './volume-files.js';

/** Waits while the pod's volumes cannot be mounted. As in a cluster, only an event says so. */
export async function mountVolumes(
  record: PodRecord,
  { gate, store }: Pick<KubeletContext, 'gate' | 'store'>,
  signal: AbortSignal,
): Promise<void> {
  const { mountFailure } = gate;
  if (mountFailure !== null) {
    record.recordEvent('Warning', 'FailedMount', mountFailure);
    await gate.untilVolumesMount(signal);
  }
  const { pod } = record;
  for (const volume of pod.spec.volumes ?? []) {
    const name = volume.secret?.secretName ?? volume.configMap?.name;
    while (name !== undefined && !signal.aborted) {
      const outcome = volumeFiles(store, pod, volume);
      if (outcome.kind === 'ready') break;
      record.recordEvent('Warning', 'FailedMount', outcome.message);
      await untilObjectChanges(store, pod.metadata.namespace ?? '', [name], signal);
    }
  }
}
