import type { AttemptUpdate } from '@app/database';
import { isFinal, isRunning, type ExecutionStatus } from '@app/domain';
import type { JobRef, PodView, RunView } from '@app/runner';
import type { Assessment } from './assess-run.js';
import {
  concludeCancelled,
  concludeEnded,
  concludeVanished,
  giveUp,
  isComplete,
  type RunEnd,
} from './conclude-run.js';
import type { Follower } from './follower.js';
import { KnownRun } from './known-run.js';
import { noteWait, recordRefusal } from './while-refused.js';
import { whileUnavailable } from './while-unavailable.js';
import type { WorkerContext } from './worker-context.js';

/** How a run ended. */
export interface FollowedEnd extends RunEnd {
  /** Not recorded yet. */
  attempts: readonly AttemptUpdate[];
}

/**
 * Follows an existing Job to its end: records status and attempts in Postgres as they change, and reads the pods' logs one
 * after the other. Resolves with the end of the execution; throws the signal's reason when this process must stop following.
 */
export async function followRun(
  context: WorkerContext,
  follower: Follower,
  job: JobRef,
): Promise<FollowedEnd> {
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

/** How soon the pod of a new Job may run. */
const POD_START_MS = 100;

/** How long one of the two watches may lag behind the other before the Job and its pods are read directly. */
const WATCH_SKEW_MS = 500;

/** How often a lasting refusal of pods is counted. */
const REFUSAL_INTERVAL_MS = 5_000;

class RunFollower {
  private readonly watchStop = new AbortController();
  /** Stops following: a bug, or a log that could not be stored. */
  private failure: Error | null = null;
  private recordedStatus = '';
  private hasGivenAMoment = false;
  /** When the proc was first seen to have ended, by one of the watches. */
  private endedAtMs: number | null = null;
  private lastRefusal = { reason: '', atMs: -Infinity };
  private readonly run: KnownRun;

  constructor(
    private readonly context: WorkerContext,
    private readonly follower: Follower,
    job: JobRef,
  ) {
    this.run = new KnownRun(context, follower, job, (error) => this.fail(error));
  }

  async watch(): Promise<void> {
    const signal = AbortSignal.any([this.watchStop.signal, this.follower.signal]);
    try {
      for await (const view of this.follower.runner.observe(this.run.job.jobName, signal)) {
        this.run.update(await this.run.attempts.masked(view));
      }
    } catch (error) {
      if (!signal.aborted) this.fail(error);
    }
  }

  /** Settles when no more log is being read. */
  async logsRead(): Promise<void> {
    await this.run.attempts.logs;
  }

  stopWatching(): void {
    this.watchStop.abort();
  }

  async follow(): Promise<FollowedEnd> {
    for (;;) {
      await this.follower.wakeUp.wait({ signal: this.follower.signal });
      if (this.failure !== null) throw this.failure;
      const { view, attempts } = this.run;
      if (view?.watchRefused !== undefined && !this.follower.isCancelRequested) {
        await this.noteBlindness(view.watchRefused);
        continue;
      }
      if (view) attempts.note(view);
      const assessment = view && this.run.assess(view);
      // An end before the cancel stands. After the delete, which may be an earlier follower's, any end is due to the cancel.
      const isCancelled = this.follower.isCancelRequested;
      if (isCancelled && (assessment?.kind !== 'ended' || !view?.job || view.job.isBeingDeleted)) {
        await attempts.store();
        return { ...(await concludeCancelled(this.run)), attempts: attempts.takeUnstored() };
      }
      this.follower.needsTick = assessment?.kind !== 'running';
      const end = view && assessment && (await this.act(assessment, view));
      if (end) return { ...end, attempts: attempts.takeUnstored() };
      await attempts.store();
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

  /** Null: the run continues. */
  private async act(assessment: Assessment, view: RunView): Promise<RunEnd | null> {
    switch (assessment.kind) {
      case 'job_created':
        if (assessment.reason) await this.move('CREATED', assessment.reason, assessment.until);
        return null;
      case 'waiting_for_pod':
        if (await this.changesInAMoment()) return null;
        await this.move('JOB_READY', assessment.reason, assessment.until);
        return null;
      case 'pods_refused':
        return (await this.isRefusedTooLong(assessment.reason)) ? giveUp(this.run) : null;
      case 'running':
        await this.move('POD_READY', null);
        return null;
      case 'held_open':
        await this.releasePod(assessment.pod);
        return null;
      case 'vanished':
        return concludeVanished(this.run);
      case 'cannot_start':
      case 'disrupted_too_often':
        return giveUp(this.run);
      case 'ended':
        if (!isComplete(view) && (await this.otherWatchMayFollow())) return null;
        return concludeEnded(this.run, assessment.end, view);
    }
  }

  /** The pod of a new Job may run in a moment: then it needs no record that it was waited for. Once for each run. */
  private async changesInAMoment(): Promise<boolean> {
    if (this.hasGivenAMoment) return false;
    this.hasGivenAMoment = true;
    await this.waitForChange(POD_START_MS);
    return true;
  }

  /** Jobs and pods arrive by two watches. Most often the other one is just behind, and two requests are saved. */
  private async otherWatchMayFollow(): Promise<boolean> {
    this.endedAtMs ??= performance.now();
    const maxMs = this.endedAtMs + WATCH_SKEW_MS - performance.now();
    if (maxMs <= 0) return false;
    await this.waitForChange(maxMs);
    return true;
  }

  /** The loop looks at what has changed, and at an unchanged run again. */
  private async waitForChange(maxMs: number): Promise<void> {
    const { wakeUp, signal } = this.follower;
    await wakeUp.wait({ signal, maxMs });
    wakeUp.ring();
  }

  /** Lets the next attempt start: Kubernetes waits for the pod to end, and the pod for its other containers. */
  private async releasePod(pod: PodView): Promise<void> {
    await this.run.attempts.storeLogs();
    await this.run.assertHeld();
    await whileUnavailable(() => this.follower.runner.deletePod(pod), this.follower.signal);
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
    await this.run.attempts.store({ status, reason, waitsUntil: until ?? null });
    this.recordedStatus = key;
    if (!isFinal(this.follower.status)) this.follower.status = status;
    this.context.updates.publish([this.follower.lease.executionId]);
  }
}
