import { compileSecretPatterns, isFinal, type ExecutionStatus, type SecretPatterns } from '@app/domain';
import type { AttemptUpdate, ExecutionEnd } from '@app/database';
import type { JobRef, PodView, RunView } from '@app/runner';
import { assessRun, type Assessment } from './assess-run.js';
import { followLog, type LogOutcome } from './follow-log.js';
import type { Follower } from './follower.js';
import { LogBudget } from './log-budget.js';
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
  const run = new RunInProgress(context, follower, job);
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

class RunInProgress {
  private readonly watchStop = new AbortController();
  private view: RunView | null = null;
  /** What ends the following: a bug, or a log that could not be stored. */
  private failure: Error | null = null;
  private readonly startedAtMs = performance.now();
  private hasSeenJob = false;
  /** The Job was deleted on a user's behalf. */
  private hasDeleted = false;
  private readonly recorded = new Map<string, string>();
  private readonly logsStarted = new Set<string>();
  private logs: Promise<LogOutcome> = Promise.resolve('complete');
  private budget: LogBudget | null = null;
  private secrets: SecretPatterns | null = null;

  constructor(
    private readonly context: WorkerContext,
    private readonly follower: Follower,
    private readonly job: JobRef,
  ) {}

  async watch(): Promise<void> {
    const signal = AbortSignal.any([this.watchStop.signal, this.follower.signal]);
    try {
      for await (const view of this.context.runner.observe(this.job.jobName, signal)) {
        this.view = view;
        this.hasSeenJob ||= view.job?.jobUid === this.job.jobUid;
        this.follower.wakeUp.ring();
      }
    } catch (error) {
      if (!signal.aborted) this.failure = toError(error);
      this.follower.wakeUp.ring();
    }
  }

  async logsRead(): Promise<void> {
    await this.logs;
  }

  stopWatching(): void {
    this.watchStop.abort();
  }

  async follow(): Promise<ExecutionEnd> {
    for (;;) {
      await this.follower.wakeUp.wait(this.follower.signal);
      if (this.failure !== null) throw this.failure;
      const { view } = this;
      if (view) await this.noteAttempts(view);
      const assessment = view && this.assess(view);
      // An end that was there before the cancel stands; after the delete (perhaps an earlier follower's), whatever
      // happens is the cancel's doing.
      this.hasDeleted ||= this.follower.isCancelRequested && view?.job?.isBeingDeleted === true;
      if (this.follower.isCancelRequested && !this.hasDeleted && assessment?.kind !== 'ended') {
        this.hasDeleted = true;
        await this.deleteJob();
      }
      this.follower.needsTick = assessment?.kind !== 'running' || this.hasDeleted;
      const end = view && assessment && (await this.act(assessment, view));
      if (end) return end;
    }
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
        await this.deleteJob();
        await this.podsGone();
        // Of an earlier attempt: after the end nothing is stored any more.
        await this.logs;
        return this.hasDeleted ? cancelled() : this.endOf(assessment.end);
      case 'ended':
        return this.endOfEnded(assessment.end, view);
    }
  }

  private async endOfEnded(end: ExecutionEnd, view: RunView): Promise<ExecutionEnd> {
    const outcome = await this.logs;
    if (this.hasDeleted) {
      await this.podsGone();
      return cancelled();
    }
    await this.noteAttempts(view);
    if (outcome === 'lost' && end.status === 'FINISHED') {
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
    await this.logs;
    return this.follower.isCancelRequested
      ? cancelled()
      : { status: 'POD_FAILED', exitCode: null, reason: 'job vanished: somebody deleted the Kubernetes Job' };
  }

  /** JOB_CREATION_FAILED may only follow CREATED. */
  private endOf(end: ExecutionEnd): ExecutionEnd {
    const isTooLate = end.status === 'JOB_CREATION_FAILED' && this.follower.status !== 'CREATED';
    return isTooLate ? { ...end, status: 'POD_CREATION_FAILED' } : end;
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
      await this.follower.wakeUp.wait(this.follower.signal);
    }
  }

  private readDirectly(): Promise<RunView> {
    return whileUnavailable(() => this.context.runner.read(this.job.jobName), this.follower.signal);
  }

  private async move(status: ExecutionStatus, reason: string | null): Promise<void> {
    const key = `${status} ${reason}`;
    if (this.recorded.get('status') === key) return;
    const { leases, news } = this.context;
    const isHeld = await whileUnavailable(
      () => leases.move(this.follower.lease, status, reason),
      this.follower.signal,
    );
    this.throwUnlessHeld(isHeld);
    this.recorded.set('status', key);
    if (!isFinal(this.follower.status)) this.follower.status = status;
    news.publish([this.follower.lease.executionId]);
  }

  /** Records pods whose state has changed, and begins to read the log of each that has one. */
  private async noteAttempts(view: RunView): Promise<void> {
    if (view.job?.jobUid !== this.job.jobUid && view.job !== null) return;
    for (const pod of view.pods) {
      if (pod.state.kind === 'waiting') continue;
      await this.recordAttempt(pod);
      if (!this.logsStarted.has(pod.podUid) && hasLog(pod)) {
        this.logsStarted.add(pod.podUid);
        this.logs = this.logs.then(() => this.readLog(pod));
        // The loop looks at the outcome when the run has ended; until then a failure only wakes it.
        this.logs.catch((error: unknown) => {
          this.failure ??= toError(error);
          this.follower.wakeUp.ring();
        });
      }
    }
  }

  private async recordAttempt(pod: PodView): Promise<void> {
    const update = toAttempt(pod);
    const key = JSON.stringify(update);
    if (this.recorded.get(pod.podUid) === key) return;
    const { leases } = this.context;
    const isHeld = await whileUnavailable(
      () => leases.recordAttempt(this.follower.lease, update),
      this.follower.signal,
    );
    this.throwUnlessHeld(isHeld);
    this.recorded.set(pod.podUid, key);
  }

  private async readLog(pod: PodView): Promise<LogOutcome> {
    const { logs, settings, runner } = this.context;
    const { signal, lease } = this.follower;
    this.budget ??= new LogBudget(
      settings.logLimitBytes,
      await whileUnavailable(() => logs.readExtent(lease.executionId), signal),
    );
    // From the Job's own Secret: what the container really got, also when it was changed meanwhile.
    if (this.secrets === null) {
      const { procName } = this.follower.execution;
      const values =
        (await whileUnavailable(() => runner.readSecret(this.job.jobName), signal)) ??
        (await whileUnavailable(() => this.context.secrets.read(procName), signal));
      this.secrets = compileSecretPatterns(Object.values(values));
    }
    return followLog(this.context, this.follower, pod, this.budget, this.secrets);
  }

  private throwUnlessHeld(isHeld: boolean): void {
    if (!isHeld) this.follower.fence();
    this.follower.throwIfStopped();
  }
}

function toError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

/** A pod whose container never ran (evicted before, deadline before) has no log to read. */
function hasLog({ state }: PodView): boolean {
  return state.kind === 'running' || (state.kind !== 'waiting' && state.startedAt !== null);
}

function toAttempt({ podUid, podName, state }: PodView): AttemptUpdate {
  const none = { podUid, podName, startedAt: null, endedAt: null, exitCode: null, reason: null };
  switch (state.kind) {
    case 'waiting':
      return none;
    case 'running':
      return { ...none, startedAt: state.startedAt };
    case 'succeeded':
      return { ...none, startedAt: state.startedAt, endedAt: state.endedAt, exitCode: 0 };
    case 'failed':
      return {
        ...none,
        startedAt: state.startedAt,
        endedAt: state.endedAt,
        exitCode: state.exitCode,
        reason: [state.reason, state.message].filter(Boolean).join(': '),
      };
  }
}

function cancelled(): ExecutionEnd {
  return { status: 'CANCELLED', exitCode: null, reason: 'cancelled by a user' };
}
