import { MAX_TIMER_MS, pauseQuietly } from '@app/timing';
import { isNativeSidecar, type Pod } from '../objects/kube-object.js';
import { ContainerWorker } from './container-worker.js';
import type { KubeletContext } from './kubelet-context.js';
import { mountVolumes } from './mount-volumes.js';
import { PodRecord } from './pod-record.js';
import type { PodVerdict } from './pod-status.js';
import { graceMsOf, type PodStop, verdictOf } from './pod-stop.js';

/** Runs one pod from Pending to its end: init containers in turn, then all others together. */
export class PodWorker {
  private readonly record: PodRecord;
  private readonly stopping = new AbortController();
  private deadlineTimer: NodeJS.Timeout | null = null;
  private stopCause: PodStop | null = null;
  /** Init containers first, as in the record. */
  private readonly workers: ContainerWorker[];

  constructor(
    private readonly context: KubeletContext,
    readonly pod: Pod,
  ) {
    this.record = new PodRecord(pod, context.store, context.events);
    this.workers = this.record.containers.map((container) => {
      const policy = isNativeSidecar(container.container) ? 'Always' : pod.spec.restartPolicy;
      return new ContainerWorker(context, container, policy);
    });
  }

  /** Only a bound pod can be evicted or lost with the node. */
  canStopFor({ kind }: PodStop): boolean {
    return kind === 'nodeLost' || kind === 'evicted' ? this.record.isBound : true;
  }

  /** Ends the pod. The first cause decides its status; a later one can only shorten the grace period. */
  stop(cause: PodStop): void {
    this.stopCause ??= cause;
    this.stopping.abort();
    for (const worker of this.workers) worker.stop(this.graceMs(cause));
  }

  /** Kills its first container as the kernel does. False: it is not running. */
  runOutOfMemory(): boolean {
    const [main] = this.mainWorkers;
    if (!main?.isRunning) return false;
    main.runOutOfMemory();
    return true;
  }

  /** Resolves once no process of the pod is left and its final status is written. Call it once. */
  async run(): Promise<void> {
    try {
      if (await this.bind()) await this.runToEnd();
    } finally {
      if (this.deadlineTimer) clearTimeout(this.deadlineTimer);
      await this.context.runtime.removePod(this.pod);
    }
    // A pod that has not started when the sandbox stops will start when the sandbox does.
    if (this.stopCause?.kind === 'shutdown' && !this.record.hasStarted) return;
    this.record.finish(this.verdict());
    if (this.stopCause?.kind === 'nodeLost') this.context.logs.remove(this.pod);
  }

  private async bind(): Promise<boolean> {
    const { record, context, stopping } = this;
    if (record.isBound) return true;
    const { holdMessage } = context.gate;
    if (holdMessage !== null) {
      record.writeUnschedulable(holdMessage);
      record.recordEvent('Warning', 'FailedScheduling', holdMessage, 'default-scheduler');
      await context.gate.untilPodsMayStart(stopping.signal);
    }
    await pauseQuietly(context.timing.scheduleDelayMs, stopping.signal);
    if (stopping.signal.aborted) return false;
    record.bind();
    const { namespace, name } = this.pod.metadata;
    record.recordEvent(
      'Normal',
      'Scheduled',
      `Successfully assigned ${namespace}/${name} to kube-sandbox`,
      'default-scheduler',
    );
    return true;
  }

  private async runToEnd(): Promise<void> {
    this.startDeadline();
    await mountVolumes(this.record, this.context, this.stopping.signal);
    const sidecars: Promise<void>[] = [];
    if (await this.initialize(sidecars)) await Promise.all(this.mainWorkers.map((one) => this.runOne(one)));
    if (sidecars.length === 0) return;
    if (!this.stopping.signal.aborted) this.record.write();
    const graceMs = this.pod.spec.terminationGracePeriodSeconds * 1000;
    for (const worker of this.initWorkers)
      worker.stop(this.stopCause ? this.graceMs(this.stopCause) : graceMs);
    await Promise.all(sidecars);
  }

  /** Runs the init containers in turn. False: one failed, or the pod was stopped. */
  private async initialize(sidecars: Promise<void>[]): Promise<boolean> {
    for (const worker of this.initWorkers) {
      if (isNativeSidecar(worker.record.container)) {
        sidecars.push(worker.run());
        await worker.started;
      } else {
        await this.runOne(worker);
        if (worker.record.facts.state.terminated?.exitCode !== 0) return false;
      }
      if (this.stopping.signal.aborted) return false;
    }
    return true;
  }

  /** The end of the last container is written with that of the pod, which may have another reason. */
  private async runOne(worker: ContainerWorker): Promise<void> {
    await worker.run();
    const isBeingKilled = this.stopCause !== null && this.stopCause.kind !== 'deleted';
    if (!isBeingKilled && this.workers.some(({ isRunning }) => isRunning)) this.record.write();
  }

  private get initWorkers(): ContainerWorker[] {
    return this.workers.slice(0, this.pod.spec.initContainers?.length ?? 0);
  }

  private get mainWorkers(): ContainerWorker[] {
    return this.workers.slice(this.pod.spec.initContainers?.length ?? 0);
  }

  private startDeadline(): void {
    const seconds = this.pod.spec.activeDeadlineSeconds;
    if (seconds === undefined) return;
    // A pod bound before a restart of the sandbox keeps the time it has used.
    const usedMs = this.pod.status.startTime
      ? Math.max(0, Date.now() - Date.parse(this.pod.status.startTime))
      : 0;
    const leftMs = Math.max(0, seconds * 1000 - usedMs);
    this.deadlineTimer = setTimeout(() => this.stop({ kind: 'deadline' }), Math.min(leftMs, MAX_TIMER_MS));
  }

  private verdict(): PodVerdict | null {
    if (!this.stopCause) return null;
    const verdict = verdictOf(this.stopCause);
    return verdict || this.record.hasEnded ? verdict : { phase: 'Failed' };
  }

  private graceMs(cause: PodStop): number {
    return graceMsOf(cause, this.pod.spec.terminationGracePeriodSeconds);
  }
}
