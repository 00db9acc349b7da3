import type { RunRecord } from '../run-history.js';
import type { ContainerRecord } from './container-record.js';

/** What the history says of a container that runs. `pid` and `processStart`: see `RunRecord`. */
export function startedRun(
  { pod, container, facts }: ContainerRecord,
  { pid, processStart }: Pick<RunRecord, 'pid' | 'processStart'>,
  startedAtMs: number,
): RunRecord {
  const owner = pod.metadata.ownerReferences?.find((one) => one.kind === 'Job');
  return {
    namespace: pod.metadata.namespace ?? '',
    jobName: owner?.name ?? '',
    jobUid: owner?.uid ?? '',
    podName: pod.metadata.name,
    podUid: pod.metadata.uid,
    container: container.name,
    labels: pod.metadata.labels ?? {},
    restart: facts.restartCount,
    pid,
    startedAt: new Date(startedAtMs).toISOString(),
    endedAt: null,
    exitCode: null,
    killed: false,
    processStart,
  };
}

export function endedRun(
  run: RunRecord,
  { exitCode, killed }: { exitCode: number; killed: boolean },
  endedAtMs: number,
): RunRecord {
  return { ...run, endedAt: new Date(endedAtMs).toISOString(), exitCode, killed };
}
