import { compileSecretPatterns, maskText, type SecretPatterns } from '@app/domain';
import type { AttemptUpdate } from '@app/database';
import type { JobRef, JobView, PodView, RunView } from '@app/runner';
import { followLog, storeGap, type LogOutcome } from './follow-log.js';
import type { Follower } from './follower.js';
import { LogBudget } from './log-budget.js';
import { toStorable } from './storable-text.js';
import { whileUnavailable } from './wait-for.js';
import type { WorkerContext } from './worker-context.js';

/** In place of the uid of a pod that nobody saw; a number follows. */
const UNSEEN = 'unseen-';
const UNSEEN_REASON = 'a pod was gone before it was seen, and its log with it';

/** The pods of one run: each is recorded as an attempt, and their logs are read one after the other. */
export class RunAttempts {
  /** Of all pods so far; resolves with the last one's outcome, rejects when a log can't be stored. */
  logs: Promise<LogOutcome> = Promise.resolve('complete');
  /** Settles when the log of the pod that came last is being read, or has been; never rejects. */
  logOpen: Promise<void> = Promise.resolve();
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

  /** A container may leave a message as it ends (`/dev/termination-log`); its secrets are masked there as in its log. */
  async masked(view: RunView): Promise<RunView> {
    const hasMessage = ({ state }: PodView) => state.kind === 'failed' && state.message !== null;
    if (!view.pods.some(hasMessage)) return view;
    const secrets = await this.readSecrets();
    return { ...view, pods: view.pods.map((pod) => withMaskedMessage(pod, secrets)) };
  }

  /** Records pods whose state has changed, and begins to read the log of each that has one. */
  async note(view: RunView): Promise<void> {
    if (view.job?.jobUid !== this.job.jobUid && view.job !== null) return;
    for (const pod of view.pods) {
      if (pod.state.kind === 'waiting') continue;
      await this.recordAttempt(pod);
      if (!this.logsStarted.has(pod.podUid) && hasLog(pod)) {
        this.logsStarted.add(pod.podUid);
        this.logOpen = new Promise((resolve) => {
          this.logs = this.logs.then(() => this.readLog(pod, resolve)).finally(resolve);
        });
        // The outcome is looked at when the run has ended; a failure is told at once.
        this.logs.catch(this.onFailure);
      }
    }
  }

  /** What can't be read any more is marked as missing. For a Job that has finished, after `note` of what is left. */
  async noteLost(job: JobView, pods: readonly PodView[]): Promise<void> {
    const left = new Set(pods.map(({ podUid }) => podUid));
    for (const { podUid, podName, isLogComplete } of this.follower.claimed.attempts) {
      if (isLogComplete || left.has(podUid) || podUid.startsWith(UNSEEN)) continue;
      // A worker before this one saw it, and did not read all of its log.
      this.markMissing(podUid, `Pod ${podName} is gone, and its log with it.`);
    }
    await this.noteUnseen(job);
  }

  /**
   * Pods that Kubernetes counts and that were gone, with their node, before anybody saw them: each is recorded as an
   * attempt, and the lines that it may have printed as missing.
   */
  private async noteUnseen({ endedPods }: JobView): Promise<void> {
    const { claimed } = this.follower;
    const known = [...claimed.attempts.map(({ podUid }) => podUid), ...this.recorded.keys()];
    const seen = new Set(known.filter((podUid) => !podUid.startsWith(UNSEEN)));
    for (let n = 1; n <= endedPods - seen.size; n++) {
      const podUid = `${UNSEEN}${n}`;
      const none = { startedAt: null, endedAt: null, exitCode: null };
      await this.record({ podUid, podName: '', ...none, reason: UNSEEN_REASON });
      this.markMissing(podUid, UNSEEN_REASON);
    }
  }

  private markMissing(podUid: string, reason: string): void {
    if (this.logsStarted.has(podUid)) return;
    this.logsStarted.add(podUid);
    this.logs = this.logs.then(async (outcome) => {
      await storeGap(this.context, this.follower, { podUid, budget: await this.openBudget(), reason });
      return outcome;
    });
    this.logs.catch(this.onFailure);
  }

  private async recordAttempt(pod: PodView): Promise<void> {
    await this.record(toAttempt(pod));
  }

  private async record(update: AttemptUpdate): Promise<void> {
    const key = JSON.stringify(update);
    if (this.recorded.get(update.podUid) === key) return;
    const { leases } = this.context;
    const isHeld = await whileUnavailable(
      () => leases.recordAttempt(this.follower.lease, update),
      this.follower.signal,
    );
    this.follower.throwUnlessHeld(isHeld);
    this.recorded.set(update.podUid, key);
  }

  private async readLog(pod: PodView, onOpen: () => void): Promise<LogOutcome> {
    const budget = await this.openBudget();
    const secrets = await this.readSecrets();
    return followLog(this.context, this.follower, { pod, budget, secrets, onOpen });
  }

  /** From the Job's own Secret: what the container really got, also when it was changed meanwhile. */
  private async readSecrets(): Promise<SecretPatterns> {
    if (this.secrets === null) {
      const { runner, secrets } = this.context;
      const { execution, signal } = this.follower;
      const values =
        (await whileUnavailable(() => runner.readSecret(this.job.jobName), signal)) ??
        (await whileUnavailable(() => secrets.read(execution.procName), signal));
      this.secrets = compileSecretPatterns(Object.values(values));
    }
    return this.secrets;
  }

  private async openBudget(): Promise<LogBudget> {
    const { logs, settings } = this.context;
    const { signal, lease } = this.follower;
    this.budget ??= new LogBudget(
      settings.logLimitBytes,
      await whileUnavailable(() => logs.readExtent(lease.executionId), signal),
    );
    return this.budget;
  }
}

/** A pod whose container never ran (evicted before, deadline before) has no log to read. */
function hasLog({ state }: PodView): boolean {
  return state.kind === 'running' || (state.kind !== 'waiting' && state.startedAt !== null);
}

function withMaskedMessage(pod: PodView, secrets: SecretPatterns): PodView {
  const { state } = pod;
  if (state.kind !== 'failed' || state.message === null) return pod;
  return { ...pod, state: { ...state, message: toStorable(maskText(secrets, state.message)) } };
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
