import { type DeleteOptions, deleteObject } from './delete-object.js';
import { type Pod, toKubeTime } from './kube-object.js';
import type { ObjectStore } from './object-store.js';

/** Deletes a pod as the eviction API does for a drain: first its status says that Kubernetes wants it to end. */
export function evictPod(
  store: ObjectStore,
  pod: Pod,
  options: DeleteOptions = { propagationPolicy: 'Background' },
): void {
  store.atomically(() => {
    const others = (pod.status.conditions ?? []).filter(({ type }) => type !== 'DisruptionTarget');
    const condition = {
      ...({ type: 'DisruptionTarget', status: 'True', reason: 'EvictionByEvictionAPI' } as const),
      ...{ message: 'Eviction API: evicting', lastProbeTime: null },
      lastTransitionTime: toKubeTime(Date.now()),
    };
    const marked = store.update('pods', {
      ...pod,
      status: { ...pod.status, conditions: [...others, condition] },
    });
    if (marked) deleteObject(store, 'pods', marked, options);
  });
}
