import { BoundedMap, WakeUp } from '@app/timing';
import { isDeepStrictEqual } from 'node:util';
import type { JobView, PodView, RunView, Warning } from './runner.js';

export interface PodEntry {
  jobName: string;
  pod: PodView;
}

export interface WarningEntry {
  /** A `Workload` is what Kueue queues for a Job. */
  kind: 'Job' | 'Pod' | 'Workload';
  /** Of the Job or pod; of a Workload, that of its Job. */
  name: string;
  uid: string;
  warning: Warning;
}

type Listener = () => void;

/** Other objects in the namespace have warnings, too. */
const MAX_WARNINGS = 2_000;

function workloadKey(jobName: string): string {
  return `workload of ${jobName}`;
}

/**
 * All known runs, in memory, with readers that follow one run each. A change wakes only the readers of that run. A reader
 * costs one map entry and no timer, so thousands are fine.
 */
export class RunTable {
  readonly #jobs = new Map<string, JobView>();
  readonly #pods = new Map<string, PodEntry>();
  readonly #podsOfJob = new Map<string, Map<string, PodView>>();
  /** Pods of known Jobs that are gone and whose proc had ended. By Job name and pod uid. */
  readonly #endedPods = new Map<string, Map<string, PodView>>();
  readonly #listeners = new Map<string, Set<Listener>>();
  /** By uid of the Job or pod, and by Job name for its Workload. */
  readonly #warnings = new BoundedMap<string, Warning>({ maxSize: MAX_WARNINGS });
  /** See `RunView.eventsRefused`; null: events can be read. */
  eventsRefused: string | null = null;
  #watchRefused: string | null = null;

  /** See `RunView.watchRefused`; null: Jobs and pods are watched. */
  get watchRefused(): string | null {
    return this.#watchRefused;
  }

  set watchRefused(reason: string | null) {
    if (reason === this.#watchRefused) return;
    this.#watchRefused = reason;
    this.#notify(...this.#listeners.keys());
  }

  jobs(): readonly JobView[] {
    return [...this.#jobs.values()];
  }

  pod(podUid: string): PodView | null {
    return this.#pods.get(podUid)?.pod ?? null;
  }

  run(jobName: string): RunView {
    return this.#run(jobName, [...(this.#podsOfJob.get(jobName)?.values() ?? [])]);
  }

  #run(jobName: string, pods: PodView[]): RunView {
    pods.sort((a, b) => a.createdAt.getTime() - b.createdAt.getTime() || (a.podName < b.podName ? -1 : 1));
    return this.withWarnings({ job: this.#jobs.get(jobName) ?? null, pods });
  }

  withWarnings({ job, pods }: RunView): RunView {
    return {
      job: job && this.#withQueueWarning(this.#withWarning(job, job.jobUid)),
      pods: pods.map((pod) => this.#withWarning(pod, pod.podUid)),
      ...(this.eventsRefused !== null && { eventsRefused: this.eventsRefused }),
      ...(this.#watchRefused !== null && { watchRefused: this.#watchRefused }),
    };
  }

  /** The Job or pod may be unknown as yet: events have their own watch. */
  putWarning({ kind, name, uid, warning }: WarningEntry): void {
    this.#warnings.set(kind === 'Workload' ? workloadKey(name) : uid, warning);
    const jobName = kind === 'Pod' ? this.#pods.get(uid)?.jobName : name;
    if (jobName !== undefined) this.#notify(jobName);
  }

  #withWarning<T extends object>(view: T, uid: string): T {
    const warning = this.#warnings.get(uid);
    return warning ? { ...view, warning } : view;
  }

  #withQueueWarning(job: JobView): JobView {
    const queueWarning = job.suspended && this.#warnings.get(workloadKey(job.jobName));
    return queueWarning ? { ...job, queueWarning } : job;
  }

  putJob(job: JobView): void {
    if (isDeepStrictEqual(this.#jobs.get(job.jobName), job)) return;
    this.#jobs.set(job.jobName, job);
    this.#notify(job.jobName);
  }

  /** Removes only the Job with this uid: another Job may have the name by now. */
  removeJob({ jobName, jobUid }: Pick<JobView, 'jobName' | 'jobUid'>): void {
    if (this.#jobs.get(jobName)?.jobUid !== jobUid) return;
    this.#jobs.delete(jobName);
    this.#endedPods.delete(jobName);
    this.#warnings.delete(jobUid);
    this.#warnings.delete(workloadKey(jobName));
    this.#notify(jobName);
  }

  replaceJobs(jobs: readonly JobView[]): void {
    const kept = new Set(jobs.map(({ jobUid }) => jobUid));
    for (const job of this.jobs()) if (!kept.has(job.jobUid)) this.removeJob(job);
    for (const job of jobs) this.putJob(job);
  }

  putPod(entry: PodEntry): void {
    const { jobName, pod } = entry;
    if (isDeepStrictEqual(this.#pods.get(pod.podUid), entry)) return;
    this.#pods.set(pod.podUid, entry);
    const siblings = this.#podsOfJob.get(jobName) ?? new Map<string, PodView>();
    this.#podsOfJob.set(jobName, siblings.set(pod.podUid, pod));
    this.#notify(jobName, pod.podUid);
  }

  removePod(podUid: string): void {
    const entry = this.#pods.get(podUid);
    if (!entry) return;
    this.#pods.delete(podUid);
    this.#warnings.delete(podUid);
    const siblings = this.#podsOfJob.get(entry.jobName);
    siblings?.delete(podUid);
    if (siblings?.size === 0) this.#podsOfJob.delete(entry.jobName);
    this.#keepEnd(entry);
    this.#notify(entry.jobName, podUid);
  }

  /** A drained pod is gone right after its end: a reader may not have seen it in between. */
  #keepEnd({ jobName, pod }: PodEntry): void {
    const hasEnded = pod.state.kind === 'succeeded' || pod.state.kind === 'failed';
    if (!hasEnded || !this.#jobs.has(jobName)) return;
    const ended = this.#endedPods.get(jobName) ?? new Map<string, PodView>();
    const gone = { ...pod, mayRun: false, isKeptAlive: false, isBeingDeleted: true };
    this.#endedPods.set(jobName, ended.set(pod.podUid, gone));
  }

  replacePods(entries: readonly PodEntry[]): void {
    const kept = new Set(entries.map(({ pod }) => pod.podUid));
    for (const podUid of [...this.#pods.keys()]) if (!kept.has(podUid)) this.removePod(podUid);
    for (const entry of entries) this.putPod(entry);
  }

  /** Calls `listener` after each change to the Job (by name) or pod (by uid). Returns a function that stops it. */
  listen(key: string, listener: Listener): () => void {
    const listeners = this.#listeners.get(key) ?? new Set();
    this.#listeners.set(key, listeners.add(listener));
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0 && this.#listeners.get(key) === listeners) this.#listeners.delete(key);
    };
  }

  /**
   * Yields the current run, then again after each change. A busy reader gets only the latest state, but pods whose proc had
   * ended when they went are still among those of their Job.
   */
  async *observe(jobName: string, signal: AbortSignal): AsyncGenerator<RunView> {
    const changes = new WakeUp();
    changes.ring();
    const ring = () => changes.ring();
    const stopListening = this.listen(jobName, ring);
    signal.addEventListener('abort', ring);
    try {
      for (;;) {
        await changes.wait();
        if (signal.aborted) return;
        const gone = this.#endedPods.get(jobName)?.values() ?? [];
        yield this.#run(jobName, [...gone, ...(this.#podsOfJob.get(jobName)?.values() ?? [])]);
      }
    } finally {
      stopListening();
      signal.removeEventListener('abort', ring);
    }
  }

  #notify(...keys: string[]): void {
    for (const key of keys) for (const listener of [...(this.#listeners.get(key) ?? [])]) listener();
  }
}
