import { backOffMs, MAX_TIMER_MS, pauseQuietly } from '@app/timing';
import { type ContainerState, type Pod, toKubeTime } from '../objects/kube-object.js';
import type { KubeletContext } from './kubelet-context.js';
import { mountVolumes } from './mount-volumes.js';
import { removePodFolder } from './pod-folder.js';
import { PodRecord } from './pod-record.js';
import type { PodVerdict } from './pod-status.js';
import { graceMsOf, type PodStop, verdictOf } from './pod-stop.js';
import { type FoundImage, pullImage } from './pull-image.js';
import { type ContainerRun, runContainer } from './run-container.js';
import { waitForEnv } from './wait-for-env.js';

/** Runs one pod from Pending to its end. */
export class PodWorker {
  private readonly record: PodRecord;
  private readonly stopping = new AbortController();
  private deadlineTimer: NodeJS.Timeout | null = null;
  private stopCause: PodStop | null = null;
  private stopContainer: ((graceMs: number) => void) | null = null;

  constructor(
    private readonly context: KubeletContext,
    readonly pod: Pod,
  ) {
    this.record = new PodRecord(pod, context.store, context.events);
  }

  /** Only a running container can run out of memory, and only a bound pod can be evicted or lost with the node. */
  canStopFor({ kind }: PodStop): boolean {
    if (kind === 'oomKilled') return this.stopContainer !== null;
    return kind === 'nodeLost' || kind === 'evicted' ? this.record.isBound : true;
  }

  /** Ends the pod. The first cause decides its status; a later one can only shorten the grace period. */
  stop(cause: PodStop): void {
    this.stopCause ??= cause;
    this.stopping.abort();
    this.stopContainer?.(this.graceMs(cause));
  }

  /** Resolves once no process of the pod is left and its final status is written. Call it once. */
  async run(): Promise<void> {
    try {
      if (await this.bind()) await this.runToEnd();
    } finally {
      if (this.deadlineTimer) clearTimeout(this.deadlineTimer);
      await removePodFolder(this.context.workArea, this.pod.metadata.uid);
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
    await mountVolumes(this.record, this.context.gate, this.stopping.signal);
    const image = await pullImage(this.record, this.context, this.stopping.signal);
    while (image) {
      const env = await waitForEnv(this.record, this.context.store, this.stopping.signal);
      if (!env || this.stopping.signal.aborted) return;
      const run = await this.runOnce(image, env);
      if (!run) return;
      const { restartPolicy } = this.pod.spec;
      if (restartPolicy === 'Never' || (restartPolicy === 'OnFailure' && run.exitCode === 0)) return;
      if (this.stopping.signal.aborted) return;
      await this.backOff();
    }
  }

  private async runOnce(image: FoundImage, env: ReadonlyMap<string, string>): Promise<ContainerRun | null> {
    const { record } = this;
    const { signal } = this.stopping;
    const run = await runContainer(this.context, record, {
      image,
      env,
      signal,
      onStarted: (containerID, startedAtMs, stop) => {
        this.stopContainer = stop;
        // The pod was stopped during the start.
        if (this.stopCause) stop(this.graceMs(this.stopCause));
        record.setState({ running: { startedAt: toKubeTime(startedAtMs) } }, { containerID });
        record.recordEvent('Normal', 'Created', `Created container: ${record.container.name}`);
        record.recordEvent('Normal', 'Started', `Started container ${record.container.name}`);
      },
    });
    this.stopContainer = null;
    if (!run) return null;
    if (run.startError !== null) record.recordEvent('Warning', 'Failed', `Error: ${run.startError}`);
    record.facts = { ...record.facts, containerID: run.containerID, state: this.endedState(run) };
    return run;
  }

  private endedState({
    exitCode,
    startError,
    startedAtMs,
    endedAtMs,
    containerID,
  }: ContainerRun): ContainerState {
    const isOutOfMemory = this.stopCause?.kind === 'oomKilled' && exitCode === 137;
    const reason =
      startError !== null
        ? 'StartError'
        : isOutOfMemory
          ? 'OOMKilled'
          : exitCode === 0
            ? 'Completed'
            : 'Error';
    const message = startError === null ? {} : { message: startError };
    const times = { startedAt: toKubeTime(startedAtMs ?? 0), finishedAt: toKubeTime(endedAtMs) };
    return { terminated: { exitCode, reason, ...message, ...times, containerID } };
  }

  private async backOff(): Promise<void> {
    const { record, context, pod } = this;
    const { restartCount, state } = record.facts;
    const { containerRestartBackoffMs: firstMs, containerRestartBackoffMaxMs: maxMs } = context.timing;
    const delayMs = backOffMs(restartCount, { firstMs, maxMs });
    const { name, namespace, uid } = pod.metadata;
    const which = `container=${record.container.name} pod=${name}_${namespace}(${uid})`;
    const message = `back-off ${Math.ceil(delayMs / 1000)}s restarting failed ${which}`;
    record.setWaiting('CrashLoopBackOff', message, { lastState: state, restartCount: restartCount + 1 });
    record.recordEvent(
      'Warning',
      'BackOff',
      `Back-off restarting failed container ${record.container.name} in pod ${name}`,
    );
    await pauseQuietly(delayMs, this.stopping.signal);
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
    if (verdict || this.record.facts.state.terminated) return verdict;
    return { phase: 'Failed' };
  }

  private graceMs(cause: PodStop): number {
    return graceMsOf(cause, this.pod.spec.terminationGracePeriodSeconds);
  }
}
