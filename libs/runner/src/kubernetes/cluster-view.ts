import { pauseQuietly, untilAborted, withTimeout } from '@app/timing';
import type { V1Job, V1Pod } from '@kubernetes/client-node';
import type { JobView, PodRef, PodView, RunView } from '../runner.js';
import { RunTable, type PodEntry } from '../run-table.js';
import { KubeStatusError } from './api-outcome.js';
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

/** This installation's Jobs and pods in a namespace, and the warnings about them, kept up to date by one watch each. */
export class ClusterView {
  readonly #table = new RunTable();
  readonly #closing = new AbortController();
  readonly #jobs: ResourceWatch<V1Job, JobView>;
  readonly #pods: ResourceWatch<V1Pod, PodEntry>;
  readonly #events: EventWatch;
  #running: Promise<unknown> | null = null;
  readonly #jobsAnswer = firstCall();
  readonly #podsAnswer = firstCall();
  readonly #answered = Promise.all([this.#jobsAnswer.called, this.#podsAnswer.called]);
  readonly #synced = firstCall();
  /** By kind of object. */
  readonly #refusals = new Map<string, string>();

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
    const watch = (name: string, answer: () => void) => ({
      ...settings,
      selector,
      onError: (what: string, error: unknown) => {
        if (this.#noteError(name, error)) settings.onError(`${what} in namespace ${namespace}`, error);
        if (this.#refusals.has(name)) answer();
      },
    });
    this.#jobs = new ResourceWatch(http, jobs, watch(jobs.name, this.#jobsAnswer.call));
    this.#pods = new ResourceWatch(http, pods, watch(pods.name, this.#podsAnswer.call));
    this.#events = new EventWatch(http, table, settings);
  }

  /** Returns at once: an unreachable cluster must not keep the process from starting. May be repeated. */
  start(): void {
    this.#running ??= this.#run(this.#closing.signal);
  }

  async #run(signal: AbortSignal): Promise<void> {
    const events = firstCall();
    void this.#synchronize(events.called);
    await Promise.all([
      this.#jobs.run(signal, () => this.#noteList('Jobs', this.#jobsAnswer.call)),
      this.#pods.run(signal, () => this.#noteList('Pods', this.#podsAnswer.call)),
      this.#events.run(signal, events.call),
    ]);
  }

  /** A run is shown with its warnings from the start, or it may look as if it waited for nothing. */
  async #synchronize(events: Promise<void>): Promise<void> {
    await this.#answered;
    await Promise.race([events, pauseQuietly(EVENTS_TIMEOUT_MS, this.#closing.signal)]);
    this.#synced.call();
  }

  #noteList(kind: string, answer: () => void): void {
    this.#refusals.delete(kind);
    this.#showRefusals();
    answer();
  }

  /** It is asked for again every half minute, in case the right is granted. False: nothing new. */
  #noteError(kind: string, error: unknown): boolean {
    if (!(error instanceof KubeStatusError) || error.status !== 403) return true;
    const isNews = !this.#refusals.has(kind);
    this.#refusals.set(kind, error.message);
    this.#showRefusals();
    return isNews;
  }

  #showRefusals(): void {
    const [first = null] = this.#refusals.values();
    this.#table.watchRefused = first;
  }

  /** Why the worker may not watch the namespace, in Kubernetes' words. Null: it may. */
  get refusal(): string | null {
    return this.#table.watchRefused;
  }

  /** Waits for the first answer of Kubernetes about Jobs and pods, or the timeout. */
  async untilAnswered(timeoutMs: number): Promise<void> {
    this.start();
    await withTimeout(this.#answered, timeoutMs, () => undefined);
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
    this.start();
    await untilAborted(this.#synced.called, signal);
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
