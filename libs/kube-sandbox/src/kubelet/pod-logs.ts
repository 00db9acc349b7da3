import { mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Pod } from '../objects/kube-object.js';
import { ContainerLog, type ContainerLogLimits } from './container-log.js';
import { HeldLog } from './held-log.js';
import { createStampClock } from './log-line.js';

/** Where to read a container's log: its newest file and, while the container runs, its writer. */
export interface LogFile {
  path: string;
  live: ContainerLog | null;
}

export type LogSource = LogFile | HeldLog;

/** `<namespace>_<pod>_<uid>_<container>_<restart>.log`, and the number of a rotation. No name contains `_`. */
const FILE_NAME = /^([^_]+_[^_]+_[^_]+_)[^_]+_\d+\.log(?:\.\d+)?$/;

/**
 * The logs of all containers, in memory or in files. The files share one folder, because creating and removing folders
 * costs more than all else that a short log needs.
 */
export class PodLogs {
  /** By prefix of the pod, then by path. Null: in a file that is no longer written. */
  private readonly logs = new Map<string, Map<string, ContainerLog | HeldLog | null>>();
  private readonly stamp = createStampClock();

  constructor(
    private readonly root: string,
    private readonly limits: ContainerLogLimits,
    private readonly stderrStampLagMs: number,
    private readonly report: (line: string) => void,
  ) {
    mkdirSync(root, { recursive: true, mode: 0o700 });
    moveFromFolders(root);
    for (const name of readdirSync(root)) {
      const prefix = FILE_NAME.exec(name)?.[1];
      if (prefix !== undefined) this.put(prefix, join(root, name), null);
    }
  }

  open(pod: Pod, container: string, restart: number): ContainerLog {
    const path = this.pathOf(pod, container, restart);
    const { limits, stamp, stderrStampLagMs: stderrLagMs, report } = this;
    const log = new ContainerLog(path, { limits, stamp, stderrLagMs, report });
    this.put(prefixOf(pod), path, log);
    return log;
  }

  /** Serves a log that has no file, until the pod is removed. */
  hold(pod: Pod, container: string, restart: number, log: HeldLog): void {
    this.put(prefixOf(pod), this.pathOf(pod, container, restart), log);
  }

  /** Null if that run of the container has no log here. */
  source(pod: Pod, container: string, restart: number): LogSource | null {
    const path = this.pathOf(pod, container, restart);
    const log = this.logs.get(prefixOf(pod))?.get(path);
    if (log === undefined) return null;
    return log instanceof HeldLog ? log : { path, live: log?.hasEnded === false ? log : null };
  }

  /** Deletes a pod's logs. A reader that has one open may read it to its end. */
  remove(pod: Pod): void {
    const prefix = prefixOf(pod);
    for (const [path, log] of this.logs.get(prefix) ?? []) {
      if (log instanceof HeldLog) continue;
      log?.end();
      for (const file of [path, ...(log?.rotatedPaths ?? [])]) rmSync(file, { force: true });
    }
    this.logs.delete(prefix);
  }

  private put(prefix: string, path: string, log: ContainerLog | HeldLog | null): void {
    const ofPod = this.logs.get(prefix) ?? new Map<string, ContainerLog | HeldLog | null>();
    this.logs.set(prefix, ofPod.set(path, log));
  }

  private pathOf(pod: Pod, container: string, restart: number): string {
    return join(this.root, `${prefixOf(pod)}${container}_${restart}.log`);
  }
}

function prefixOf({ metadata }: Pod): string {
  return `${metadata.namespace}_${metadata.name}_${metadata.uid}_`;
}

/** Earlier versions had a folder for each pod, with a folder for each container. */
function moveFromFolders(root: string): void {
  for (const pod of readdirSync(root, { withFileTypes: true })) {
    if (!pod.isDirectory()) continue;
    for (const container of readdirSync(join(root, pod.name))) {
      for (const file of readdirSync(join(root, pod.name, container))) {
        renameSync(join(root, pod.name, container, file), join(root, `${pod.name}_${container}_${file}`));
      }
    }
    rmSync(join(root, pod.name), { recursive: true });
  }
}
