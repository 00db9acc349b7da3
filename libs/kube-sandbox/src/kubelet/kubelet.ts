import { isPodTerminal, type Pod } from '../objects/kube-object.js';
import type { Change } from '../objects/object-store.js';
import type { KubeletContext } from './kubelet-context.js';
import { PodWorker } from './pod-worker.js';
import type { PodStop } from './pod-stop.js';
import { recoverPods } from './recover-pods.js';

/** The sandbox's only node: one worker per pod that has not ended. */
export class Kubelet {
  private readonly workers = new Map<string, { worker: PodWorker; ended: Promise<void> }>();
  private readonly unsubscribe: () => void;
  private isClosing = false;

  constructor(
    private readonly context: KubeletContext,
    private readonly log: (line: string) => void,
  ) {
    for (const pod of recoverPods(context)) this.start(pod);
    this.unsubscribe = context.store.subscribe((change) => this.onChange(change));
  }

  /** Ends all pods to which `cause` applies, or just the named one. Returns how many. */
  stopPods(cause: PodStop, podName?: string): number {
    const chosen = this.named(podName).filter((worker) => worker.canStopFor(cause));
    for (const worker of chosen) worker.stop(cause);
    return chosen.length;
  }

  /** Lets the first container of all pods, or just of the named one, run out of memory. Returns how many. */
  runOutOfMemory(podName?: string): number {
    return this.named(podName).filter((worker) => worker.runOutOfMemory()).length;
  }

  private named(podName: string | undefined): PodWorker[] {
    const workers = [...this.workers.values()].map(({ worker }) => worker);
    return workers.filter((worker) => podName === undefined || worker.pod.metadata.name === podName);
  }

  /** Ends all containers and waits until they are gone. Pods that have not started are left for the next start. */
  async close(): Promise<void> {
    this.isClosing = true;
    this.stopPods({ kind: 'shutdown', graceMs: this.context.timing.shutdownGraceMs });
    await Promise.all([...this.workers.values()].map(({ ended }) => ended));
    this.unsubscribe();
  }

  private onChange({ resource, type, object }: Change): void {
    if (resource !== 'pods') return;
    const pod = object as Pod;
    const { uid, deletionTimestamp, deletionGracePeriodSeconds } = pod.metadata;
    if (type === 'ADDED') this.start(pod);
    const running = this.workers.get(uid)?.worker;
    if (type === 'DELETED') {
      running?.stop({ kind: 'deleted', graceSeconds: 0 });
      this.context.logs.remove(pod);
    } else if (deletionTimestamp)
      running?.stop({ kind: 'deleted', graceSeconds: deletionGracePeriodSeconds ?? 0 });
  }

  private start(pod: Pod): void {
    if (this.isClosing || isPodTerminal(pod)) return;
    const { uid, deletionTimestamp } = pod.metadata;
    const worker = new PodWorker(this.context, pod);
    if (deletionTimestamp) worker.stop({ kind: 'deleted', graceSeconds: 0 });
    const ended = worker
      .run()
      .catch((error: Error) => this.log(`pod ${pod.metadata.name}: ${error.stack}`))
      .then(() => void this.workers.delete(uid));
    this.workers.set(uid, { worker, ended });
  }
}
