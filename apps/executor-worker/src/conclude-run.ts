import { canMove, isSuccess } from '@app/domain';
import type { ExecutionEnd } from '@app/database';
import type { PodView, RunView } from '@app/runner';
import { abortable, withTimeout } from '@app/timing';
import { mustDeleteJob, type Assessment } from './assess-run.js';
import type { KnownRun } from './known-run.js';
import { stopRun } from './stop-run.js';
import { afterLimit } from './to-reason.js';
import { whileUnavailable } from './while-unavailable.js';

export interface RunEnd {
  end: ExecutionEnd;
  /** Kubernetes would go on with the Job: delete it once the end is recorded. */
  mustDeleteJob: boolean;
}

/** How far the watch may lag behind a new Job before the Job is read directly. */
const WATCH_LAG_MS = 5_000;

/** How long a cancel waits for a log that cannot be read. */
const LOG_OPEN_TIMEOUT_MS = 5_000;

/** Stops the run because of a cancel. */
export async function concludeCancelled(run: KnownRun): Promise<RunEnd> {
  await waitForLogOpen(run);
  await stop(run);
  return stopped({ status: 'CANCELLED', exitCode: null, reason: 'cancelled' });
}

/** Ends a run whose proc has ended. */
export function concludeEnded(run: KnownRun, end: ExecutionEnd, view: RunView): Promise<RunEnd> {
  return isComplete(view) ? concludeComplete(run, end, view) : concludeIncomplete(run, end);
}

/** The watch reports the Job as gone; only a direct read counts. Null: it is there, and the run continues. */
export async function concludeVanished(run: KnownRun): Promise<RunEnd | null> {
  // The watch may not have delivered a new Job yet.
  const isNew = !run.hasSeenJob && performance.now() - run.startedAtMs < WATCH_LAG_MS;
  if (isNew) return null;
  const { job } = await run.readDirectly();
  // The watch lags behind: it will deliver the Job's next change.
  if (job?.jobUid === run.job.jobUid) return null;
  await stop(run);
  return stopped({
    status: 'POD_FAILED',
    exitCode: null,
    reason: 'job vanished: the Kubernetes Job was deleted outside Proctor',
  });
}

/**
 * Ends a run that cannot go on. The last view may be old: the API was unavailable, or this process stood still and another
 * one follows the run now. Only a direct read counts, and only the holder of the lease may delete a Job that has not ended.
 * Null: the run can go on after all.
 */
export async function giveUp(run: KnownRun): Promise<RunEnd | null> {
  const view = await run.readDirectly();
  const assessment = run.assess(view);
  if (!isHopeless(assessment)) {
    run.update(view);
    return null;
  }
  await run.assertHeld();
  await stop(run);
  if (assessment.kind !== 'pods_refused') return stopped(allowedEnd(run, assessment.end));
  const reason = afterLimit(assessment.reason, run.context.settings.refusedLimitMs);
  return stopped(allowedEnd(run, { ...assessment.end, reason }));
}

/** Jobs and pods arrive by two watches, and either may lag behind: reads the end of the Job's pods directly. */
async function concludeIncomplete(run: KnownRun, end: ExecutionEnd): Promise<RunEnd> {
  const view = await run.readDirectly();
  const assessment = run.assess(view);
  // The Job was deleted in the meantime: nothing more can be learned.
  if (assessment.kind !== 'ended') return concludeComplete(run, end, view);
  run.attempts.note(view);
  return concludeComplete(run, assessment.end, view);
}

async function concludeComplete(run: KnownRun, end: ExecutionEnd, view: RunView): Promise<RunEnd> {
  const { attempts } = run;
  if (view.job === null || view.job.finished) await attempts.recordLost(view);
  if (view.pods.some(({ mayRun }) => mayRun)) {
    // Kubernetes runs again what has succeeded, while no worker was looking.
    await run.assertHeld();
    await stop(run);
  }
  await attempts.storeLogs();
  attempts.note(view);
  const mustDelete = mustDeleteJob(view, end, run.retries);
  if (attempts.isLogLost && isSuccess(end.status)) {
    const reason = 'exit code 0, but the log could not be read';
    return { end: { ...end, status: 'FETCH_POD_LOG_FAILED', reason }, mustDeleteJob: mustDelete };
  }
  return { end, mustDeleteJob: mustDelete };
}

/** See `stopRun`. Records how the proc ended on the way, and waits for its log: nothing is stored after the end. */
async function stop(run: KnownRun): Promise<void> {
  const { attempts, follower, job } = run;
  const { signal, wakeUp } = follower;
  follower.needsTick = true;
  await stopRun(job, {
    runner: follower.runner,
    retried: (call) => whileUnavailable(call, signal),
    onView: async (view) => {
      // The watch may have seen the end of a pod that is gone by now.
      if (run.view) attempts.note(run.view);
      attempts.note(await attempts.masked(view));
      await attempts.store();
    },
    wait: () => wakeUp.wait({ signal }),
  });
  await attempts.logs;
}

/** If a pod goes before its log is being read, the container's output is lost. */
async function waitForLogOpen({ attempts, follower }: KnownRun): Promise<void> {
  const logOpen = abortable(attempts.logOpen, follower.signal);
  await withTimeout(logOpen, LOG_OPEN_TIMEOUT_MS, () => undefined);
}

/** After `stop` nothing is left to delete. */
function stopped(end: ExecutionEnd): RunEnd {
  return { end, mustDeleteJob: false };
}

/** JOB_CREATION_FAILED may only follow CREATED. */
function allowedEnd({ follower }: KnownRun, end: ExecutionEnd): ExecutionEnd {
  return canMove(follower.status, end.status) ? end : { ...end, status: 'POD_CREATION_FAILED' };
}

/** Whether every pod the Job counts as ended is known and has ended. */
export function isComplete({ job, pods }: RunView): boolean {
  const hasEnded = ({ state }: PodView) => state.kind === 'succeeded' || state.kind === 'failed';
  return pods.length >= Math.max(1, job?.endedPods ?? 0) && pods.every(hasEnded);
}

type Hopeless = Extract<Assessment, { kind: 'cannot_start' | 'disrupted_too_often' | 'pods_refused' }>;

function isHopeless(assessment: Assessment): assessment is Hopeless {
  return ['cannot_start', 'disrupted_too_often', 'pods_refused'].includes(assessment.kind);
}
