import { removeIfDone } from '../objects/delete-object.js';
import { isPodTerminal, type Pod, toKubeTime } from '../objects/kube-object.js';
import type { KubeletContext } from './kubelet-context.js';
import { PodRecord } from './pod-record.js';
import { verdictOf } from './pod-stop.js';
import { processStartOf, signalGroup } from './process-identity.js';

/**
 * Deals with what an earlier run of the sandbox left when it did not stop cleanly: its processes are killed, and
 * pods that ran are failed with the node lost. Gives the pods that have yet to start.
 */
export function recoverPods(context: KubeletContext): Pod[] {
  for (const run of context.history.unfinished()) {
    // The same pid with another start belongs to somebody else.
    const isStillThere = run.processStart !== null && processStartOf(run.pid) === run.processStart;
    const killed = isStillThere && signalGroup(run.pid, 'SIGKILL');
    context.history.write({ ...run, endedAt: new Date().toISOString(), killed });
  }
  return context.store.list('pods').flatMap((pod) => {
    if (isPodTerminal(pod)) {
      removeIfDone(context.store, 'pods', pod);
      return [];
    }
    const record = new PodRecord(pod, context.store, context.events);
    if (!record.hasStarted) return [pod];
    failWithNodeLost(record);
    return [];
  });
}

function failWithNodeLost(record: PodRecord): void {
  const { state, containerID } = record.facts;
  const lost = {
    exitCode: 137,
    reason: 'ContainerStatusUnknown',
    message: 'The container could not be located when the pod was terminated',
    startedAt: state.running?.startedAt ?? toKubeTime(0),
    finishedAt: toKubeTime(Date.now()),
    containerID,
  };
  record.facts = { ...record.facts, state: state.terminated ? state : { terminated: lost } };
  record.finish(verdictOf({ kind: 'nodeLost' }));
}
