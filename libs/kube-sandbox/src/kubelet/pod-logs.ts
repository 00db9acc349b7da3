import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Pod } from '../objects/kube-object.js';
import { ContainerLog, type ContainerLogLimits } from './container-log.js';
import type { HeldLog } from './held-log.js';
import { createStampClock } from './log-line.js';

/** Where to read a container's log: its newest file and, while the container runs, its writer. */
export interface LogFile {
  path: string;
  live: ContainerLog | null;
}

export type LogSource = LogFile | HeldLog;

/** The logs of all containers: held ones in memory, the others in files, `<namespace>_<pod>_<uid>/<container>/<restart>.log` as under /var/log/pods. */
export class PodLogs {
  private readonly live = new Map<string, ContainerLog>();
  /** By folder, then by path. */
  private readonly held = new Map<string, Map<string, HeldLog>>();
  private readonly stamp = createStampClock();

  constructor(
    private readonly root: string,
    private readonly limits: ContainerLogLimits,
    private readonly stderrStampLagMs: number,
    private readonly report: (line: string) => void,
  ) {}

  open(pod: Pod, container: string, restart: number): ContainerLog {
    const path = this.pathOf(pod, container, restart);
    const { limits, stamp, stderrStampLagMs: stderrLagMs, report } = this;
    const log = new ContainerLog(path, { limits, stamp, stderrLagMs, report });
    this.live.set(path, log);
    return log;
  }

  /** Serves a log that has no file, until the pod is removed. */
  hold(pod: Pod, container: string, restart: number, log: HeldLog): void {
    const folder = this.folderOf(pod);
    const ofPod = this.held.get(folder) ?? new Map<string, HeldLog>();
    this.held.set(folder, ofPod.set(this.pathOf(pod, container, restart), log));
  }

  end(log: ContainerLog): void {
    this.live.delete(log.path);
    log.end();
  }

  /** Null if that run of the container has no log here. */
  source(pod: Pod, container: string, restart: number): LogSource | null {
    const path = this.pathOf(pod, container, restart);
    const held = this.held.get(this.folderOf(pod))?.get(path);
    if (held) return held;
    const live = this.live.get(path) ?? null;
    return live || existsSync(path) ? { path, live } : null;
  }

  /** Deletes a pod's logs. A reader that has one open may read it to its end. */
  remove(pod: Pod): void {
    const folder = this.folderOf(pod);
    if (this.held.delete(folder)) return;
    for (const log of this.live.values()) if (log.path.startsWith(`${folder}/`)) this.end(log);
    rmSync(folder, { recursive: true, force: true });
  }

  private folderOf({ metadata }: Pod): string {
    return join(this.root, `${metadata.namespace}_${metadata.name}_${metadata.uid}`);
  }

  private pathOf(pod: Pod, container: string, restart: number): string {
    return join(this.folderOf(pod), container, `${restart}.log`);
  }
}
