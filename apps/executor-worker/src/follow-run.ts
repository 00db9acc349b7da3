import { canMove, isFinal, isSuccess, type ExecutionStatus } from '@app/domain';
import type { ExecutionEnd } from '@app/database';
import type { JobRef, PodView, RunView } from '@app/runner';
import { abortable, withTimeout } from '@app/timing';
import { assessRun, type Assessment } from './assess-run.js';
import type { Follower } from './follower.js';
import { RunAttempts } from './run-attempts.js';
import { whileUnavailable } from './wait-for.js';
import type { WorkerContext } from './worker-context.js';

/**
 * Follows a Job that exists to its end: status and attempts into Postgres as they change, each pod's log one after the
 * other. Resolves with how the execution ended; throws the signal's reason when this process must stop following.
 */
export async function followRun(
  context: WorkerContext,
  follower: Follower,
  job: JobRef,
): Promise<ExecutionEnd> {
  const run = new RunFollower(context, follower, job);
  const watching = run.watch();
  try {
    return await run.follow();
  } catch (error) {
    follower.abandon(error);
    throw error;
  } finally {
    run.stopWatching();
    // Only when the last lines are stored may another worker, or a second delivery here, go on.
    await Promise.allSettled([watching, run.logsRead()]);
  }
}

/** How far the watch may be behind a Job that was just created before it is worth a direct look. */
const WATCH_LAG_MS = 5_000;

/** A cancel waits no longer than this for a log that can't be read. */
const LOG_OPEN_MOST_MS = 5_000;

class RunFollower {
  private readonly watchStop = new AbortController();
  private view: RunView | null = null;
  /** What ends the following: a bug, or a log that could not be stored. */
  private failure: Error | null = null;
  private readonly startedAtMs = performance.now();
  private hasSeenJob = false;
  /** The Job was deleted on a user's behalf. */
  private hasDeleted = false;
  private recordedStatus = '';
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
      for await (const view of this.context.runner.observe(this.job.jobName, signal)) {
        this.see(await this.attempts.masked(view));
      }
    } catch (error) {
      if (!signal.aborted) this.fail(error);
    }
  }

  private see(view: RunView): void {
    this.view = view;
    this.hasSeenJob ||= view.job?.jobUid === this.job.jobUid;
    this.follower.wakeUp.ring();
  }

  /** Settles when no log is being read any more. */
  async logsRead(): Promise<void> {
    await this.attempts.logs;
  }

  stopWatching(): void {
    this.watchStop.abort();
  }

  async follow(): Promise<ExecutionEnd> {
    for (;;) {
      await this.follower.wakeUp.wait({ signal: this.follower.signal });
      if (this.failure !== null) throw this.failure;
      const { view } = this;
      if (view) await this.attempts.note(view);
      const assessment = view && this.assess(view);
      // An end that was there before the cancel stands; after the delete (perhaps an earlier follower's), whatever
      // happens is the cancel's doing.
      this.hasDeleted ||= this.follower.isCancelRequested && view?.job?.isBeingDeleted === true;
      if (this.follower.isCancelRequested && !this.hasDeleted && assessment?.kind !== 'ended') {
        await this.logOpen();
        this.hasDeleted = true;
        await this.deleteJob();
      }
      this.follower.needsTick = assessment?.kind !== 'running' || this.hasDeleted;
      const end = view && assessment && (await this.act(assessment, view));
      if (end) return end;
    }
  }

  private fail(error: unknown): void {
    this.failure ??= error instanceof Error ? error : new Error(String(error));
    this.follower.wakeUp.ring();
  }

  private assess(view: RunView): Assessment {
    const { settings } = this.context;
    const retries = this.follower.claimed.snapshot.retries ?? settings.defaultRetries;
    return assessRun(view, { jobUid: this.job.jobUid, retries, limits: settings.startLimits }, Date.now());
  }

  /** Null: it goes on. */
  private async act(assessment: Assessment, view: RunView): Promise<ExecutionEnd | null> {
    switch (assessment.kind) {
      case 'job_created':
        return null;
      case 'waiting_for_pod':
        await this.move('JOB_READY', assessment.reason);
        return null;
      case 'running':
        await this.move('POD_READY', null);
        return null;
      case 'vanished':
        return this.endOfVanished();
      case 'cannot_start':
        return this.endOfStuck();
      case 'ended':
        return isComplete(view)
          ? this.endOfEnded(assessment.end, view)
          : this.endOfIncomplete(assessment.end);
    }
  }

  /**
   * What was seen last may be old: the API was away, or this process stood still and another one has the run by now. Only
   * a direct look counts, and only who holds the lease may delete what has not ended.
   */
  private async endOfStuck(): Promise<ExecutionEnd | null> {
    const view = await this.readDirectly();
    const assessment = this.assess(view);
    if (assessment.kind !== 'cannot_start') {
      this.see(view);
      return null;
    }
    const { lease, signal } = this.follower;
    const isHeld = await whileUnavailable(() => this.context.leases.isHeld(lease), signal);
    this.follower.throwUnlessHeld(isHeld);
    await this.deleteJob();
    await this.podsGone();
    // Of an earlier attempt: after the end nothing is stored any more.
    await this.attempts.logs;
    return this.hasDeleted ? cancelled() : this.endOf(assessment.end);
  }

  /** Jobs and pods come by two watches, and either may be behind: what the Job's pods did is looked up. */
  private async endOfIncomplete(end: ExecutionEnd): Promise<ExecutionEnd> {
    const view = await this.readDirectly();
    const assessment = this.assess(view);
    // Somebody has deleted the Job since: no more is to be known.
    if (assessment.kind !== 'ended') return this.endOfEnded(end, view);
    await this.attempts.note(view);
    return this.endOfEnded(assessment.end, view);
  }

  private async endOfEnded(end: ExecutionEnd, view: RunView): Promise<ExecutionEnd> {
    if (view.job?.finished && !this.hasDeleted) await this.attempts.noteLost(view.job, view.pods);
    const outcome = await this.attempts.logs;
    if (this.hasDeleted) {
      await this.podsGone();
      return cancelled();
    }
    await this.attempts.note(view);
    if (outcome === 'lost' && isSuccess(end.status)) {
      return {
        ...end,
        status: 'FETCH_POD_LOG_FAILED',
        reason: 'it ended with exit code 0, but its log could not be read',
      };
    }
    return end;
  }

  /** The watch says that the Job is gone; only a direct look counts. */
  private async endOfVanished(): Promise<ExecutionEnd | null> {
    // A Job that was just created may not have come by the watch yet.
    const isNew = !this.hasSeenJob && performance.now() - this.startedAtMs < WATCH_LAG_MS;
    if (isNew && !this.hasDeleted) return null;
    const { job } = await this.readDirectly();
    // The watch is behind: it will tell of the Job's next change.
    if (job?.jobUid === this.job.jobUid) return null;
    await this.podsGone();
    await this.attempts.logs;
    return this.follower.isCancelRequested
      ? cancelled()
      : { status: 'POD_FAILED', exitCode: null, reason: 'job vanished: somebody deleted the Kubernetes Job' };
  }

  /** JOB_CREATION_FAILED may only follow CREATED. */
  private endOf(end: ExecutionEnd): ExecutionEnd {
    return canMove(this.follower.status, end.status) ? end : { ...end, status: 'POD_CREATION_FAILED' };
  }

  /** What a container has printed is lost if its pod goes before anybody reads it. */
  private async logOpen(): Promise<void> {
    const logOpen = abortable(this.attempts.logOpen, this.follower.signal);
    await withTimeout(logOpen, LOG_OPEN_MOST_MS, () => undefined);
  }

  private async deleteJob(): Promise<void> {
    await whileUnavailable(() => this.context.runner.deleteJob(this.job), this.follower.signal);
  }

  /** A slot is never free while a container still runs: waits until the API server knows no pod of this Job. */
  private async podsGone(): Promise<void> {
    for (;;) {
      const { job, pods } = await this.readDirectly();
      const isGone = job === null || job.jobUid !== this.job.jobUid;
      if (isGone && pods.length === 0) return;
      if (!isGone && !job.isBeingDeleted) await this.deleteJob();
      await this.follower.wakeUp.wait({ signal: this.follower.signal });
    }
  }

  private async readDirectly(): Promise<RunView> {
    const { runner } = this.context;
    const view = await whileUnavailable(() => runner.read(this.job.jobName), this.follower.signal);
    return this.attempts.masked(view);
  }

  private async move(status: ExecutionStatus, reason: string | null): Promise<void> {
    const key = `${status} ${reason}`;
    if (this.recordedStatus === key) return;
    const { leases, updates } = this.context;
    const isHeld = await whileUnavailable(
      () => leases.move(this.follower.lease, status, reason),
      this.follower.signal,
    );
    this.follower.throwUnlessHeld(isHeld);
    this.recordedStatus = key;
    if (!isFinal(this.follower.status)) this.follower.status = status;
    updates.publish([this.follower.lease.executionId]);
  }
}

/** Whether each pod that a Job counts as ended is known, and known to have ended. */
function isComplete({ job, pods }: RunView): boolean {
  const hasEnded = ({ state }: PodView) => state.kind === 'succeeded' || state.kind === 'failed';
  return pods.length >= Math.max(1, job?.endedPods ?? 0) && pods.every(hasEnded);
}

function cancelled(): ExecutionEnd {
  return { status: 'CANCELLED', exitCode: null, reason: 'cancelled by a user' };
}
