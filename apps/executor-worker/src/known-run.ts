import type { JobRef, RunView } from '@app/runner';
import { assessRun, type Assessment } from './assess-run.js';
import type { Follower } from './follower.js';
import { RunAttempts } from './run-attempts.js';
import { whileUnavailable } from './while-unavailable.js';
import type { WorkerContext } from './worker-context.js';

/** What this process knows of the run that it follows: the latest view of the Job and its pods, and the attempts. */
export class KnownRun {
  /** Null: none has arrived yet. */
  view: RunView | null = null;
  hasSeenJob = false;
  readonly startedAtMs = performance.now();
  readonly attempts: RunAttempts;

  constructor(
    readonly context: WorkerContext,
    readonly follower: Follower,
    readonly job: JobRef,
    onFailure: (error: unknown) => void,
  ) {
    this.attempts = new RunAttempts(context, follower, job, onFailure);
  }

  get retries(): number {
    return this.follower.claimed.snapshot.retries ?? this.context.settings.defaultRetries;
  }

  /** A new view has arrived. */
  update(view: RunView): void {
    this.view = view;
    this.hasSeenJob ||= view.job?.jobUid === this.job.jobUid;
    this.follower.wakeUp.ring();
  }

  assess(view: RunView): Assessment {
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

  /** The view as Kubernetes has it now. The latest one from the watch may be old. */
  async readDirectly(): Promise<RunView> {
    const { runner } = this.follower;
    const view = await whileUnavailable(() => runner.read(this.job.jobName), this.follower.signal);
    return this.attempts.masked(view);
  }

  /** Throws unless this process still holds the lease. */
  async assertHeld(): Promise<void> {
    const { lease, signal } = this.follower;
    this.follower.throwUnlessHeld(await whileUnavailable(() => this.context.leases.isHeld(lease), signal));
  }
}
