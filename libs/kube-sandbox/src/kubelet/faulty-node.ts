import type { FaultyNode } from '../fault-switchboard.js';
import { deleteObject } from '../objects/delete-object.js';
import { evictPod } from '../objects/evict-pod.js';
import { isPodTerminal } from '../objects/kube-object.js';
import type { ObjectStore } from '../objects/object-store.js';
import type { Kubelet } from './kubelet.js';

/** Applies node faults to the kubelet. */
export function faultyNode(kubelet: Kubelet, store: ObjectStore): FaultyNode {
  return {
    loseNode(loss) {
      const alive = store.list('pods').filter((pod) => !isPodTerminal(pod) && pod.spec.nodeName);
      const count = kubelet.stopPods({ kind: 'nodeLost' });
      // The objects of a lost node are force-deleted.
      const options = { propagationPolicy: 'Background', gracePeriodSeconds: 0 } as const;
      if (loss === 'delete') for (const pod of alive) deleteObject(store, 'pods', pod, options);
      return count;
    },
    killPods: (reason, podName) =>
      reason === 'OOMKilled'
        ? kubelet.runOutOfMemory(podName)
        : kubelet.stopPods({ kind: 'evicted' }, podName),
    evictPods(podName) {
      const alive = store
        .list('pods')
        .filter((pod) => !isPodTerminal(pod) && !pod.metadata.deletionTimestamp && pod.spec.nodeName);
      const chosen = alive.filter(({ metadata }) => podName === undefined || metadata.name === podName);
      for (const pod of chosen) evictPod(store, pod);
      return chosen.length;
    },
  };
}
