import { removeIfDone } from '../objects/delete-object.js';
import { isPodTerminal, type Pod, toKubeTime } from '../objects/kube-object.js';
import type { KubeletContext } from './kubelet-context.js';
import { PodRecord } from './pod-record.js';
import { verdictOf } from './pod-stop.js';
import { processStartOf, signalGroup } from './process-identity.js';

/**
 * Cleans up after a sandbox that did not stop cleanly: kills its processes, and fails the pods that were running with
 * NodeLost. Returns the pods that have not started yet.
 */
export function recoverPods(context: KubeletContext): Pod[] {
  for (const run of context.history.unfinished()) {
    // The same pid with another start time is another process.
    const isStillRunning = run.processStart !== null && processStartOf(run.pid) === run.processStart;
    const killed = isStillRunning && signalGroup(run.pid, 'SIGKILL');
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
  for (const container of record.containers) {
    const { state, containerID } = container.facts;
    if (containerID === undefined || state.terminated) continue;
    const lost = {
      exitCode: 137,
      reason: 'ContainerStatusUnknown',
      message: 'The container could not be located when the pod was terminated',
      startedAt: state.running?.startedAt ?? toKubeTime(0),
      finishedAt: toKubeTime(Date.now()),
      containerID,
    };
    container.note({ state: { terminated: lost } });
  }
  record.finish(verdictOf({ kind: 'nodeLost' }));
}
