import { backOffMs, pauseQuietly, untilAborted } from '@app/timing';
import { type ContainerState, type PodSpec, toKubeTime } from '../objects/kube-object.js';
import type { ContainerRecord } from './container-record.js';
import type { ContainerRun } from './container-runtime.js';
import type { KubeletContext } from './kubelet-context.js';
import { nonRootProblem } from './non-root.js';
import { pullImage } from './pull-image.js';
import type { FoundImage } from './resolve-image.js';
import { waitForEnv } from './wait-for-env.js';

/** Runs one container of a pod from its image to its end, again and again if its policy says so. */
export class ContainerWorker {
  private readonly stopping = new AbortController();
  private stopRun: ((graceMs: number) => void) | null = null;
  private graceMs = 0;
  private isOutOfMemory = false;
  private markStarted = () => {};
  /** Resolves when the container runs for the first time, or never will. */
  readonly started = new Promise<void>((resolve) => (this.markStarted = resolve));

  constructor(
    private readonly context: KubeletContext,
    readonly record: ContainerRecord,
    private readonly restartPolicy: PodSpec['restartPolicy'],
  ) {}

  get isRunning(): boolean {
    return this.stopRun !== null;
  }

  /** Ends it for good: SIGTERM, then SIGKILL after the grace period. May be called again with a shorter one. */
  stop(graceMs: number): void {
    this.graceMs = graceMs;
    this.stopping.abort();
    this.stopRun?.(graceMs);
  }

  /** Ends its current run as the kernel does when memory runs out. */
  runOutOfMemory(): void {
    this.isOutOfMemory = true;
    this.stopRun?.(0);
  }

  /** Resolves once it has ended for good. Its final state is noted, but not written. Call it once. */
  async run(): Promise<void> {
    try {
      await this.runToEnd();
    } finally {
      this.markStarted();
    }
  }

  private async runToEnd(): Promise<void> {
    const { record, context, restartPolicy } = this;
    const { signal } = this.stopping;
    const image = await pullImage(record, context, signal);
    const problem = image && nonRootProblem(record.pod, record.container, image.config.user);
    if (problem) return await this.refuseToStart(problem);
    while (image) {
      const env = await waitForEnv(record, context.store, signal);
      if (!env || signal.aborted) return;
      const run = await this.runOnce(image, env);
      if (!run) return;
      if (restartPolicy === 'Never' || (restartPolicy === 'OnFailure' && run.exitCode === 0)) return;
      if (signal.aborted) return;
      await this.backOff();
    }
  }

  /** The kubelet tries again, and finds the same. */
  private async refuseToStart(problem: string): Promise<void> {
    const { record } = this;
    record.setWaiting('CreateContainerConfigError', problem);
    record.recordEvent('Warning', 'Failed', `Error: ${problem}`);
    await untilAborted(new Promise(() => {}), this.stopping.signal);
  }

  private async runOnce(image: FoundImage, env: ReadonlyMap<string, string>): Promise<ContainerRun | null> {
    const { record } = this;
    const { signal } = this.stopping;
    const run = await this.context.runtime.run(record, {
      image,
      env,
      signal,
      onStarted: (containerID, startedAtMs, stop) => {
        this.stopRun = stop;
        // The pod was stopped during the start.
        if (signal.aborted) stop(this.graceMs);
        record.setState({ running: { startedAt: toKubeTime(startedAtMs) } }, { containerID });
        record.recordEvent('Normal', 'Created', `Created container: ${record.container.name}`);
        record.recordEvent('Normal', 'Started', `Started container ${record.container.name}`);
        this.markStarted();
      },
    });
    this.stopRun = null;
    if (!run) return null;
    if (run.startError !== null) record.recordEvent('Warning', 'Failed', `Error: ${run.startError}`);
    record.note({ containerID: run.containerID, state: this.endedState(run) });
    return run;
  }

  private endedState({
    exitCode,
    startError,
    startedAtMs,
    endedAtMs,
    containerID,
  }: ContainerRun): ContainerState {
    const isOutOfMemory = this.isOutOfMemory && exitCode === 137;
    this.isOutOfMemory = false;
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
    const { record, context } = this;
    const { restartCount, state } = record.facts;
    const { containerRestartBackoffMs: firstMs, containerRestartBackoffMaxMs: maxMs } = context.timing;
    const delayMs = backOffMs(restartCount, { firstMs, maxMs });
    const { name, namespace, uid } = record.pod.metadata;
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
}
