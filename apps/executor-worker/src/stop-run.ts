import type { JobRef, Runner, RunView } from '@app/runner';

export interface StopRunOptions {
  runner: Pick<Runner, 'read' | 'deleteJob' | 'deletePod'>;
  /** Keeps trying while the cluster is unavailable. */
  retried: <T>(call: () => Promise<T>) => Promise<T>;
  /** Called with each state on the way. */
  onView?: (view: RunView) => Promise<void>;
  /** Waits until there may be something new. */
  wait: () => Promise<void>;
}

/** How soon Kubernetes deletes the pods of a Job that is gone, unless it was told to leave them. */
const GARBAGE_COLLECTION_MS = 5_000;

/**
 * Deletes a Job and waits until its proc neither runs nor can start, so that no slot is free while it still runs. Objects
 * that finalizers keep, and other containers that go on, are not waited for.
 */
export async function stopRun(job: JobRef, options: StopRunOptions): Promise<void> {
  const { runner, retried, onView, wait } = options;
  let goneAtMs: number | null = null;
  for (let reads = 1; ; reads++) {
    const view = await retried(() => runner.read(job.jobName));
    await onView?.(view);
    const isThere = view.job?.jobUid === job.jobUid;
    const isGoing = !isThere || view.job?.isBeingDeleted === true;
    if (isGoing && !view.pods.some(({ mayRun }) => mayRun)) return;
    if (!isGoing) {
      await retried(() => runner.deleteJob(job));
      // What is left shows at once.
      if (reads === 1) continue;
    } else {
      goneAtMs ??= isThere ? -Infinity : performance.now();
      if (performance.now() - goneAtMs > GARBAGE_COLLECTION_MS) await deletePods(view, options);
    }
    await wait();
  }
}

/** Deletes a Job whose execution is over, with all containers that go on. Waits for nothing. */
export async function discardJob(
  job: JobRef,
  options: Pick<StopRunOptions, 'runner' | 'retried'>,
): Promise<void> {
  await options.retried(() => options.runner.deleteJob(job));
  await discardPods(job, options);
}

/** Deletes the pods of a Job that is being deleted or gone, in case a finalizer keeps the Job and with it its pods. */
export async function discardPods(
  job: JobRef,
  { runner, retried }: Pick<StopRunOptions, 'runner' | 'retried'>,
): Promise<void> {
  const view = await retried(() => runner.read(job.jobName));
  if (view.job === null || view.job.jobUid === job.jobUid) await deletePods(view, { runner, retried });
}

/** For a Job that a finalizer keeps, which keeps its pods, or that was deleted without them. */
async function deletePods(
  { pods }: RunView,
  { runner, retried }: Pick<StopRunOptions, 'runner' | 'retried'>,
): Promise<void> {
  for (const pod of pods) {
    if (!pod.isBeingDeleted) await retried(() => runner.deletePod(pod));
  }
}
