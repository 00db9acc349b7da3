import { untilAborted } from '@app/timing';
import type { V1Job, V1Pod } from '@kubernetes/client-node';
import type { JobView, PodRef, PodView, RunView } from '../runner.js';
import { RunTable, type PodEntry } from '../run-table.js';
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

/** This installation's Jobs and pods, kept up to date by one watch each for the whole process. */
export class ClusterView {
  readonly #table = new RunTable();
  readonly #closing = new AbortController();
  readonly #jobs: ResourceWatch<V1Job, JobView>;
  readonly #pods: ResourceWatch<V1Pod, PodEntry>;
  #running: Promise<unknown> | null = null;
  #markSynced: () => void = () => {};
  readonly #synced = new Promise<void>((resolve) => (this.#markSynced = resolve));

  constructor(http: KubeHttp, settings: ClusterViewSettings) {
    const { namespace } = settings;
    const labelSelector = `${INSTALLATION_LABEL}=${settings.installationId}`;
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
    this.#jobs = new ResourceWatch(http, jobs, { ...settings, labelSelector });
    this.#pods = new ResourceWatch(http, pods, { ...settings, labelSelector });
  }

  /** Returns at once: an unreachable cluster must not keep the process from starting. */
  start(): void {
    const { signal } = this.#closing;
    let missing = 2;
    const onFirst = () => {
      let isFirst = true;
      return () => {
        if (isFirst && --missing === 0) this.#markSynced();
        isFirst = false;
      };
    };
    this.#running ??= Promise.all([this.#jobs.run(signal, onFirst()), this.#pods.run(signal, onFirst())]);
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

function hasEnded({ state }: PodView): boolean {
  return state.kind === 'succeeded' || state.kind === 'failed';
}

function toPodEntry(pod: V1Pod): PodEntry | null {
  const jobName = jobNameOfPod(pod);
  return jobName === null ? null : { jobName, pod: toPodView(pod) };
}
