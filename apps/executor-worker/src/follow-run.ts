import { canMove, isFinal, isRunning, isSuccess, type ExecutionStatus } from '@app/domain';
import type { ExecutionEnd } from '@app/database';
import type { JobRef, PodView, RunView } from '@app/runner';
import { abortable, withTimeout } from '@app/timing';
import { assessRun, mustDeleteJob, type Assessment } from './assess-run.js';
import type { Follower } from './follower.js';
import { RunAttempts } from './run-attempts.js';
import { stopRun } from './stop-run.js';
import { afterLimit } from './to-reason.js';
import { noteWait, recordRefusal } from './while-refused.js';
import { whileUnavailable } from './while-unavailable.js';
import type { WorkerContext } from './worker-context.js';

export interface RunEnd {
  end: ExecutionEnd;
  /** Kubernetes would go on with the Job: delete it once the end is recorded. */
  mustDeleteJob: boolean;
}

/**
 * Follows an existing Job to its end: records status and attempts in Postgres as they change, and reads the pods' logs one
 * after the other. Resolves with the end of the execution; throws the signal's reason when this process must stop following.
 */
export async function followRun(context: WorkerContext, follower: Follower, job: JobRef): Promise<RunEnd> {
  const run = new RunFollower(context, follower, job);
  const watching = run.watch();
  try {
    return await run.follow();
  } catch (error) {
    follower.abandon(error);
    throw error;
  } finally {
    run.stopWatching();
    // Another worker, or a second delivery here, may continue only after the last lines are stored.
    await Promise.allSettled([watching, run.logsRead()]);
  }
}

/** How far the watch may lag behind a new Job before the Job is read directly. */
const WATCH_LAG_MS = 5_000;

/** How often a lasting refusal of pods is counted. */
const REFUSAL_INTERVAL_MS = 5_000;

/** How long a cancel waits for a log that cannot be read. */
const LOG_OPEN_TIMEOUT_MS = 5_000;

class RunFollower {
  private readonly watchStop = new AbortController();
  private view: RunView | null = null;
  /** Stops following: a bug, or a log that could not be stored. */
  private failure: Error | null = null;
  private readonly startedAtMs = performance.now();
  private hasSeenJob = false;
  private recordedStatus = '';
  private lastRefusal = { reason: '', atMs: -Infinity };
  private readonly attempts: RunAttempts;

  constructor(
    private readonly context: WorkerContext,
    private readonly follower: Follower,
    private readonly job: JobRef,
  ) {
    this.attempts = new RunAttempts(context, follower, job, (error) => this.fail(error));
  }

  async watch(): Promise<void> {
    const signal = AbortSignal.any([this.watchStop.signal, this.follower.signal]);
    try {
      for await (const view of this.follower.runner.observe(this.job.jobName, signal)) {
        this.update(await this.attempts.masked(view));
      }
    } catch (error) {
      if (!signal.aborted) this.fail(error);
    }
  }

  private update(view: RunView): void {
    this.view = view;
    this.hasSeenJob ||= view.job?.jobUid === this.job.jobUid;
    this.follower.wakeUp.ring();
  }

  /** Settles when no more log is being read. */
  async logsRead(): Promise<void> {
    await this.attempts.logs;
  }

  stopWatching(): void {
    this.watchStop.abort();
  }

  async follow(): Promise<RunEnd> {
    for (;;) {
      await this.follower.wakeUp.wait({ signal: this.follower.signal });
      if (this.failure !== null) throw this.failure;
      const { view } = this;
      if (view?.watchRefused !== undefined && !this.follower.isCancelRequested) {
        await this.noteBlindness(view.watchRefused);
        continue;
      }
      if (view) await this.attempts.record(view);
      const assessment = view && this.assess(view);
      // An end before the cancel stands. After the delete, which may be an earlier follower's, any end is due to the cancel.
      const isCancelled = this.follower.isCancelRequested;
      if (isCancelled && (assessment?.kind !== 'ended' || !view?.job || view.job.isBeingDeleted)) {
        return toRunEnd(await this.concludeCancelled());
      }
      this.follower.needsTick = assessment?.kind !== 'running';
      const end = view && assessment && (await this.act(assessment, view));
      if (end) return end;
    }
  }

  /** What it knows of the run is out of date until the worker may watch again. */
  private async noteBlindness(reason: string): Promise<void> {
    const key = `blind ${reason}`;
    if (this.recordedStatus === key) return;
    await noteWait(this.context, this.follower, reason);
    this.recordedStatus = key;
  }

  private fail(error: unknown): void {
    this.failure ??= error instanceof Error ? error : new Error(String(error));
    this.follower.wakeUp.ring();
  }

  private assess(view: RunView): Assessment {
    const known = {
      jobUid: this.job.jobUid,
      retries: this.retries,
      repeatable: this.follower.claimed.snapshot.pod.repeatable,
      limits: this.context.settings.startLimits,
      lastEnd: this.attempts.lastEnd,
      hasSucceeded: this.attempts.hasSucceeded,
      disruptions: this.attempts.disruptions,
    };
    return assessRun(view, known, Date.now());
  }

  private get retries(): number {
    return this.follower.claimed.snapshot.retries ?? this.context.settings.defaultRetries;
  }

  /** Null: the run continues. */
  private async act(assessment: Assessment, view: RunView): Promise<RunEnd | null> {
    switch (assessment.kind) {
      case 'job_created':
        if (assessment.reason) await this.move('CREATED', assessment.reason, assessment.until);
        return null;
      case 'waiting_for_pod':
        await this.move('JOB_READY', assessment.reason, assessment.until);
        return null;
      case 'pods_refused':
        return (await this.isRefusedTooLong(assessment.reason)) ? toRunEnd(await this.giveUp()) : null;
      case 'running':
        await this.move('POD_READY', null);
        return null;
      case 'held_open':
        await this.releasePod(assessment.pod);
        return null;
      case 'vanished':
        return toRunEnd(await this.concludeVanished());
      case 'cannot_start':
      case 'disrupted_too_often':
        return toRunEnd(await this.giveUp());
      case 'ended':
        return isComplete(view)
          ? this.concludeEnded(assessment.end, view)
          : this.concludeIncomplete(assessment.end);
    }
  }

  private async concludeCancelled(): Promise<ExecutionEnd> {
    await this.waitForLogOpen();
    await this.stopRun();
    await this.attempts.logs;
    return cancelled();
  }

  /**
   * The last view may be old: the API was unavailable, or this process stood still and another one follows the run now. Only
   * a direct read counts, and only the holder of the lease may delete a Job that has not ended.
   */
  private async giveUp(): Promise<ExecutionEnd | null> {
    const view = await this.readDirectly();
    const assessment = this.assess(view);
    if (!isHopeless(assessment)) {
      this.update(view);
      return null;
    }
    await this.assertHeld();
    await this.stopRun();
    // The log of an earlier attempt: nothing is stored after the end.
    await this.attempts.logs;
    if (assessment.kind !== 'pods_refused') return this.endOf(assessment.end);
    const reason = afterLimit(assessment.reason, this.context.settings.refusedLimitMs);
    return this.endOf({ ...assessment.end, reason });
  }

  /** Lets the next attempt start: Kubernetes waits for the pod to end, and the pod for its other containers. */
  private async releasePod(pod: PodView): Promise<void> {
    await this.attempts.logs;
    await this.assertHeld();
    await whileUnavailable(() => this.follower.runner.deletePod(pod), this.follower.signal);
  }

  /** Jobs and pods arrive by two watches, and either may lag behind: reads the end of the Job's pods directly. */
  private async concludeIncomplete(end: ExecutionEnd): Promise<RunEnd> {
    const view = await this.readDirectly();
    const assessment = this.assess(view);
    // The Job was deleted in the meantime: nothing more can be learned.
    if (assessment.kind !== 'ended') return this.concludeEnded(end, view);
    await this.attempts.record(view);
    return this.concludeEnded(assessment.end, view);
  }

  private async concludeEnded(end: ExecutionEnd, view: RunView): Promise<RunEnd> {
    if (view.job === null || view.job.finished) await this.attempts.recordLost(view);
    if (view.pods.some(({ mayRun }) => mayRun)) {
      // Kubernetes runs again what has succeeded, while no worker was looking.
      await this.assertHeld();
      await this.stopRun();
    }
    await this.attempts.logs;
    await this.attempts.record(view);
    const mustDelete = mustDeleteJob(view, end, this.retries);
    if (this.attempts.isLogLost && isSuccess(end.status)) {
      const reason = 'exit code 0, but the log could not be read';
      return { end: { ...end, status: 'FETCH_POD_LOG_FAILED', reason }, mustDeleteJob: mustDelete };
    }
    return { end, mustDeleteJob: mustDelete };
  }

  /** The watch reports the Job as gone; only a direct read counts. */
  private async concludeVanished(): Promise<ExecutionEnd | null> {
    // The watch may not have delivered a new Job yet.
    const isNew = !this.hasSeenJob && performance.now() - this.startedAtMs < WATCH_LAG_MS;
    if (isNew) return null;
    const { job } = await this.readDirectly();
    // The watch lags behind: it will deliver the Job's next change.
    if (job?.jobUid === this.job.jobUid) return null;
    await this.stopRun();
    await this.attempts.logs;
    return {
      status: 'POD_FAILED',
      exitCode: null,
      reason: 'job vanished: the Kubernetes Job was deleted outside Proctor',
    };
  }

  /** JOB_CREATION_FAILED may only follow CREATED. */
  private endOf(end: ExecutionEnd): ExecutionEnd {
    return canMove(this.follower.status, end.status) ? end : { ...end, status: 'POD_CREATION_FAILED' };
  }

  /** If a pod goes before its log is being read, the container's output is lost. */
  private async waitForLogOpen(): Promise<void> {
    const logOpen = abortable(this.attempts.logOpen, this.follower.signal);
    await withTimeout(logOpen, LOG_OPEN_TIMEOUT_MS, () => undefined);
  }

  /** See `stopRun`. Records how the proc ended on the way. */
  private async stopRun(): Promise<void> {
    const { signal, wakeUp } = this.follower;
    this.follower.needsTick = true;
    await stopRun(this.job, {
      runner: this.follower.runner,
      retried: (call) => whileUnavailable(call, signal),
      onView: async (view) => {
        // The watch may have seen the end of a pod that is gone by now.
        if (this.view) await this.attempts.record(this.view);
        await this.attempts.record(await this.attempts.masked(view));
      },
      wait: () => wakeUp.wait({ signal }),
    });
  }

  private async assertHeld(): Promise<void> {
    const { lease, signal } = this.follower;
    this.follower.throwUnlessHeld(await whileUnavailable(() => this.context.leases.isHeld(lease), signal));
  }

  private async readDirectly(): Promise<RunView> {
    const { runner } = this.follower;
    const view = await whileUnavailable(() => runner.read(this.job.jobName), this.follower.signal);
    return this.attempts.masked(view);
  }

  /** Counts only while the cluster is watched: what it refuses during an outage is not known. */
  private async isRefusedTooLong(reason: string): Promise<boolean> {
    const { lastRefusal, context, follower } = this;
    const isOld = performance.now() - lastRefusal.atMs > REFUSAL_INTERVAL_MS;
    if (!follower.runner.isConnected() || (!isOld && lastRefusal.reason === reason)) return false;
    this.lastRefusal = { reason, atMs: performance.now() };
    // The attempt before this one has ended.
    if (isRunning(follower.status)) await this.move('JOB_READY', null);
    this.recordedStatus = '';
    const { isOver } = await recordRefusal(context, follower, reason);
    return isOver;
  }

  private async move(status: ExecutionStatus, reason: string | null, until?: Date): Promise<void> {
    const key = `${status} ${reason} ${until?.getTime()}`;
    if (this.recordedStatus === key) return;
    const { leases, updates } = this.context;
    const isHeld = await whileUnavailable(
      () => leases.move(this.follower.lease, status, reason, until ?? null),
      this.follower.signal,
    );
    this.follower.throwUnlessHeld(isHeld);
    this.recordedStatus = key;
    if (!isFinal(this.follower.status)) this.follower.status = status;
    updates.publish([this.follower.lease.executionId]);
  }
}

/** Whether every pod the Job counts as ended is known and has ended. */
function isComplete({ job, pods }: RunView): boolean {
  const hasEnded = ({ state }: PodView) => state.kind === 'succeeded' || state.kind === 'failed';
  return pods.length >= Math.max(1, job?.endedPods ?? 0) && pods.every(hasEnded);
}

type Hopeless = Extract<Assessment, { kind: 'cannot_start' | 'disrupted_too_often' | 'pods_refused' }>;

function isHopeless(assessment: Assessment): assessment is Hopeless {
  return ['cannot_start', 'disrupted_too_often', 'pods_refused'].includes(assessment.kind);
}

/** After which nothing is left to delete. */
function toRunEnd(end: ExecutionEnd): RunEnd;
function toRunEnd(end: ExecutionEnd | null): RunEnd | null;
function toRunEnd(end: ExecutionEnd | null): RunEnd | null {
  return end && { end, mustDeleteJob: false };
}

function cancelled(): ExecutionEnd {
  return { status: 'CANCELLED', exitCode: null, reason: 'cancelled' };
}
