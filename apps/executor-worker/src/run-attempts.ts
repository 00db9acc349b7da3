import { compileSecretPatterns, type SecretPatterns } from '@app/domain';
import type { AttemptUpdate } from '@app/database';
import type { JobRef, PodView, RunView } from '@app/runner';
import { followLog, type LogOutcome } from './follow-log.js';
import type { Follower } from './follower.js';
import { LogBudget } from './log-budget.js';
import { whileUnavailable } from './wait-for.js';
import type { WorkerContext } from './worker-context.js';

/** The pods of one run: each is recorded as an attempt, and their logs are read one after the other. */
export class RunAttempts {
  /** Of all pods so far; resolves with the last one's outcome, rejects when a log can't be stored. */
  logs: Promise<LogOutcome> = Promise.resolve('complete');
  private readonly recorded = new Map<string, string>();
  private readonly logsStarted = new Set<string>();
  private budget: LogBudget | null = null;
  private secrets: SecretPatterns | null = null;

  constructor(
    private readonly context: WorkerContext,
    private readonly follower: Follower,
    private readonly job: JobRef,
    private readonly onFailure: (error: unknown) => void,
  ) {}

  /** Records pods whose state has changed, and begins to read the log of each that has one. */
  async note(view: RunView): Promise<void> {
    if (view.job?.jobUid !== this.job.jobUid && view.job !== null) return;
    for (const pod of view.pods) {
      if (pod.state.kind === 'waiting') continue;
      await this.recordAttempt(pod);
      if (!this.logsStarted.has(pod.podUid) && hasLog(pod)) {
        this.logsStarted.add(pod.podUid);
        this.logs = this.logs.then(() => this.readLog(pod));
        // The outcome is looked at when the run has ended; a failure is told at once.
        this.logs.catch(this.onFailure);
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
    this.follower.throwUnlessHeld(isHeld);
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
