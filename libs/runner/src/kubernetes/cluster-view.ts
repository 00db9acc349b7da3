import { pauseQuietly, untilAborted } from '@app/timing';
import type { V1Job, V1Pod } from '@kubernetes/client-node';
import type { JobView, PodRef, PodView, RunView } from '../runner.js';
import { RunTable, type PodEntry } from '../run-table.js';
import { EventWatch } from './event-watch.js';
import type { KubeHttp } from './kube-http.js';
import { INSTALLATION_LABEL } from './names.js';
import { jobNameOfPod, toJobView, toPodView } from './pod-outcome.js';
import { ResourceWatch } from './resource-watch.js';

export interface ClusterViewSettings {
  installationId: string;
  namespace: string;
  resyncSeconds: number;
  onError(what: string, error: unknown): void;
}

const EVENTS_TIMEOUT_MS = 3_000;

/** This installation's Jobs and pods, and the warnings about them, kept up to date by one watch each for the whole process. */
export class ClusterView {
  readonly #table = new RunTable();
  readonly #closing = new AbortController();
  readonly #jobs: ResourceWatch<V1Job, JobView>;
  readonly #pods: ResourceWatch<V1Pod, PodEntry>;
  readonly #events: EventWatch;
  #running: Promise<unknown> | null = null;
  #markSynced: () => void = () => {};
  readonly #synced = new Promise<void>((resolve) => (this.#markSynced = resolve));

  constructor(http: KubeHttp, settings: ClusterViewSettings) {
    const { namespace } = settings;
    const selector = { labelSelector: `${INSTALLATION_LABEL}=${settings.installationId}` };
    const table = this.#table;
    const jobs = {
      name: 'Jobs',
      path: `/apis/batch/v1/namespaces/${namespace}/jobs`,
      toEntry: toJobView,
      replace: (entries: readonly JobView[]) => table.replaceJobs(entries),
      put: (job: JobView) => table.putJob(job),
      remove: (job: JobView) => table.removeJob(job),
    };
    const pods = {
      name: 'Pods',
      path: `/api/v1/namespaces/${namespace}/pods`,
      toEntry: toPodEntry,
      replace: (entries: readonly PodEntry[]) => table.replacePods(entries),
      put: (entry: PodEntry) => table.putPod(entry),
      remove: ({ pod }: PodEntry) => table.removePod(pod.podUid),
    };
    this.#jobs = new ResourceWatch(http, jobs, { ...settings, selector });
    this.#pods = new ResourceWatch(http, pods, { ...settings, selector });
    this.#events = new EventWatch(http, table, settings);
  }

  /** Returns at once: an unreachable cluster must not keep the process from starting. */
  start(): void {
    const { signal } = this.#closing;
    const jobs = firstCall();
    const pods = firstCall();
    const events = firstCall();
    void this.#synchronize([jobs.called, pods.called], events.called);
    this.#running ??= Promise.all([
      this.#jobs.run(signal, jobs.call),
      this.#pods.run(signal, pods.call),
      this.#events.run(signal, events.call),
    ]);
  }

  /** A run is shown with its warnings from the start, or it may look as if it waited for nothing. */
  async #synchronize(objects: readonly Promise<void>[], events: Promise<void>): Promise<void> {
    await Promise.all(objects);
    await Promise.race([events, pauseQuietly(EVENTS_TIMEOUT_MS, this.#closing.signal)]);
    this.#markSynced();
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#running;
  }

  get isConnected(): boolean {
    return this.#jobs.isLive && this.#pods.isLive;
  }

  jobs(): readonly JobView[] {
    return this.#table.jobs();
  }

  /** Adds what the events say to a run that was read directly. */
  withWarnings(run: RunView): RunView {
    return this.#table.withWarnings(run);
  }

  pod(podUid: string): PodView | null {
    return this.#table.pod(podUid);
  }

  /** See `Runner.observe`. */
  async *observe(jobName: string, signal: AbortSignal): AsyncGenerator<RunView> {
    await untilAborted(this.#synced, signal);
    yield* this.#table.observe(jobName, signal);
  }

  /** Waits until the watch reports that the pod has terminated or is gone, or the timeout elapses. */
  async whenEnded({ podUid }: PodRef, timeoutMs: number | null, signal: AbortSignal): Promise<void> {
    const isSeen = this.pod(podUid) !== null;
    const isOver = () => {
      const pod = this.pod(podUid);
      return pod ? hasEnded(pod) : isSeen;
    };
    if (isOver() || signal.aborted) return;
    await new Promise<void>((resolve) => {
      const done = () => {
        clearTimeout(timer);
        stopListening();
        signal.removeEventListener('abort', done);
        resolve();
      };
      const timer = timeoutMs === null ? undefined : setTimeout(done, timeoutMs);
      const stopListening = this.#table.listen(podUid, () => isOver() && done());
      signal.addEventListener('abort', done);
    });
  }
}

function firstCall(): { called: Promise<void>; call: () => void } {
  let call = () => {};
  const called = new Promise<void>((resolve) => (call = resolve));
  return { called, call };
}

function hasEnded({ state }: PodView): boolean {
  return state.kind === 'succeeded' || state.kind === 'failed';
}

function toPodEntry(pod: V1Pod): PodEntry | null {
  const jobName = jobNameOfPod(pod);
  return jobName === null ? null : { jobName, pod: toPodView(pod) };
}
