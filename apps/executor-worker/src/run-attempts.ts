import { compileSecretPatterns, maskText, type SecretPatterns } from '@app/domain';
import type { AttemptUpdate, LogExtent, Move } from '@app/database';
import type { JobRef, JobView, PodView, RunView } from '@app/runner';
import { timeLimit, withTimeout } from '@app/timing';
import type { RecordedEnd } from './assess-run.js';
import {
  hasLog,
  hasSucceeded,
  isDisruption,
  isReported,
  mergeAttempts,
  toAttempt,
  type AttemptEnd,
  type EndedAttempt,
} from './attempt-state.js';
import { followLog, storeGap } from './follow-log.js';
import type { Follower } from './follower.js';
import { LogBudget } from './log-budget.js';
import { isPreempted, isPreemption, preemptionReason } from './preemption.js';
import { toStorable } from './storable-text.js';
import { whileUnavailable } from './while-unavailable.js';
import type { WorkerContext } from './worker-context.js';

/** Replaces the uid of a pod no worker saw; a number follows. */
const UNSEEN = 'unseen-';
const UNSEEN_REASON = 'a pod was gone, with its log, before Proctor saw it';

const WATCH_PATIENCE_MS = 2_000;

/** For how long the end of a pod may wait to be stored with the end of its execution. */
const JOINT_WRITE_MS = 300;

const EMPTY_LOG: LogExtent = { lastSeq: 0, headCostBytes: 0, cutSeq: null, tail: [], isLineOpen: false };

/** The pods of one run. Records each as an attempt, and reads their logs one after the other. */
export class RunAttempts {
  /** Settles once the logs of all pods so far are stored; rejects if a log cannot be stored. */
  logs: Promise<void> = Promise.resolve();
  /** Settles once the log of the latest pod is or was being read; never rejects. */
  logOpen: Promise<void> = Promise.resolve();
  /** The state of each pod that is stored, or waits to be. */
  private readonly noted = new Map<string, string>();
  /** What is to be stored, by pod. */
  private unstored = new Map<string, AttemptUpdate>();
  /** Pods whose log can be read once their attempts are stored: until then no position of the log can be. */
  private unread: PodView[] = [];
  /** How attempts ended, by pod; those that earlier workers recorded included. */
  private readonly ends = new Map<string, AttemptEnd>();
  /** Pods that were deleted while their Job was suspended. */
  private readonly preempted = new Set<string>();
  private readonly logsStarted = new Set<string>();
  private readonly logsLost = new Set<string>();
  private budget: LogBudget | null = null;
  private secrets: SecretPatterns | null = null;

  constructor(
    private readonly context: WorkerContext,
    private readonly follower: Follower,
    private readonly job: JobRef,
    private readonly onFailure: (error: unknown) => void,
  ) {
    for (const attempt of follower.claimed.attempts) this.noteEnd(attempt);
  }

  /** The end of the last attempt that has ended, even if its pod is gone. */
  get lastEnd(): RecordedEnd | null {
    return [...this.ends.values()].at(-1) ?? null;
  }

  /** An attempt has ended with 0, even if its pod is gone. */
  get hasSucceeded(): boolean {
    return [...this.ends.values()].some(({ hasSucceeded }) => hasSucceeded);
  }

  /** How many attempts Kubernetes has evicted, preempted or drained. */
  get disruptions(): number {
    return [...this.ends.values()].filter(isDisruption).length;
  }

  /** The log of an attempt that succeeded could not be read to its end. Final once `logs` has settled. */
  get isLogLost(): boolean {
    return [...this.ends].some(([podUid, { hasSucceeded }]) => hasSucceeded && this.logsLost.has(podUid));
  }

  /** Masks secrets in the messages that containers leave as they end (`/dev/termination-log`). */
  async masked(view: RunView): Promise<RunView> {
    const hasMessage = ({ state }: PodView) => state.kind === 'failed' && state.message !== null;
    if (!view.pods.some(hasMessage)) return view;
    const secrets = await this.readSecrets();
    return { ...view, pods: view.pods.map((pod) => withMaskedMessage(pod, secrets)) };
  }

  /** Takes note of the pods whose state has changed. `store` follows, or the end of the execution. */
  note(view: RunView): void {
    if (view.job?.jobUid !== this.job.jobUid && view.job !== null) return;
    for (const pod of view.pods) {
      if (pod.state.kind === 'waiting') continue;
      if (isPreempted(view.job, pod)) this.preempted.add(pod.podUid);
      this.noteAttempt(this.withPreemption(toAttempt(pod), view.job));
      if (!this.logsStarted.has(pod.podUid) && hasLog(pod)) {
        this.logsStarted.add(pod.podUid);
        this.unread.push(pod);
      }
    }
  }

  /** Stores what was noted, and a move with it. Then starts reading the log of each new pod that has one. */
  async store(move?: Move): Promise<void> {
    if (this.unstored.size > 0 || move) {
      const progress = { attempts: this.takeUnstored(), ...(move && { move }) };
      const { leases } = this.context;
      const isHeld = await whileUnavailable(
        () => leases.record(this.follower.lease, progress),
        this.follower.signal,
      );
      this.follower.throwUnlessHeld(isHeld);
    }
    for (const pod of this.unread.splice(0)) this.startLog(pod);
  }

  /** What was noted and not stored, for the end of the execution to store. */
  takeUnstored(): AttemptUpdate[] {
    const updates = [...this.unstored.values()];
    this.unstored = new Map();
    return updates;
  }

  private startLog(pod: PodView): void {
    this.logOpen = new Promise((resolve) => {
      this.logs = this.logs.then(() => this.readLog(pod, resolve)).finally(resolve);
    });
    // The outcome is awaited when the run has ended; a failure is reported at once.
    this.logs.catch(this.onFailure);
  }

  /**
   * Waits until the logs of all pods are stored. What was noted is stored by then, unless that takes only a moment: the end
   * of the execution can store it too.
   */
  async storeLogs(): Promise<void> {
    if (this.unread.length > 0) await this.store();
    await withTimeout(this.logs, JOINT_WRITE_MS, () => this.store(), { unref: true });
    await this.logs;
  }

  /** Times in whole seconds do not always tell: the Job may have been resumed before the pod has ended. */
  private withPreemption(attempt: AttemptUpdate, job: JobView | null): AttemptUpdate {
    const { podUid, endedAt } = attempt;
    const isStopped = endedAt !== null && !hasSucceeded(attempt) && this.preempted.has(podUid);
    return job !== null && isStopped ? { ...attempt, reason: preemptionReason(job) } : attempt;
  }

  /** Marks the logs that can no longer be read as missing. For a Job that has finished or is gone, after `note`. */
  async recordLost({ job, pods }: RunView): Promise<void> {
    const left = new Set(pods.map(({ podUid }) => podUid));
    for (const { podUid, podName, isLogComplete } of this.follower.claimed.attempts) {
      if (isLogComplete || left.has(podUid) || podUid.startsWith(UNSEEN)) continue;
      // An earlier worker saw the pod and did not read all of its log.
      this.markMissing(podUid, `Pod ${podName} is gone, and its log with it.`);
    }
    const unseen = job ? this.noteUnseen(job) : [];
    if (unseen.length > 0) await this.store();
    for (const podUid of unseen) this.markMissing(podUid, UNSEEN_REASON);
  }

  /**
   * Records pods that Kubernetes counts but that were gone, with their node, before a worker saw them: each as an attempt,
   * and the lines it may have printed as missing.
   */
  private noteUnseen({ endedPods }: JobView): string[] {
    const { claimed } = this.follower;
    const known = new Set([...claimed.attempts.map(({ podUid }) => podUid), ...this.noted.keys()]);
    const seen = [...known].filter((podUid) => !podUid.startsWith(UNSEEN));
    // Of a Job with retries, Kubernetes does not count disrupted pods; of a suspended one, none. Else there is at most one.
    const isIgnored = (end?: AttemptEnd) => isDisruption(end) || isPreemption(end?.reason);
    const ignored = seen.filter((podUid) => seen.length > 1 && isIgnored(this.ends.get(podUid)));
    const count = Math.max(0, endedPods - (seen.length - ignored.length));
    const unseen = Array.from({ length: count }, (_, n) => `${UNSEEN}${n + 1}`);
    for (const podUid of unseen) {
      const none = { startedAt: null, endedAt: null, exitCode: null, isDisrupted: false };
      this.noteAttempt({ podUid, podName: '', ...none, reason: UNSEEN_REASON });
    }
    return unseen;
  }

  private markMissing(podUid: string, reason: string): void {
    if (this.logsStarted.has(podUid)) return;
    this.logsStarted.add(podUid);
    this.logsLost.add(podUid);
    this.logs = this.logs.then(async () => {
      await storeGap(this.context, this.follower, { podUid, budget: await this.openBudget(), reason });
    });
    this.logs.catch(this.onFailure);
  }

  private noteAttempt(update: AttemptUpdate): void {
    const key = JSON.stringify(update);
    if (this.noted.get(update.podUid) === key) return;
    this.noted.set(update.podUid, key);
    this.unstored.set(update.podUid, mergeAttempts(this.unstored.get(update.podUid), update));
    this.noteEnd(update);
  }

  private noteEnd({ podUid, ...attempt }: Pick<AttemptUpdate, 'podUid' | keyof EndedAttempt>): void {
    if (attempt.endedAt === null) return;
    const { exitCode, reason, isDisrupted } = attempt;
    this.ends.set(podUid, { exitCode, reason, isDisrupted, hasSucceeded: hasSucceeded(attempt) });
  }

  private async readLog(pod: PodView, onOpen: () => void): Promise<void> {
    const budget = await this.openBudget();
    const secrets = await this.readSecrets();
    const isEndReported = () => this.isEndReported(pod.podUid);
    const options = { pod, budget, secrets, onOpen, isEndReported };
    const outcome = await followLog(this.context, this.follower, options);
    if (outcome === 'lost') this.logsLost.add(pod.podUid);
  }

  /** Waits a little for the watch, which may lag behind. */
  private async isEndReported(podUid: string): Promise<boolean> {
    const patience = timeLimit(WATCH_PATIENCE_MS, this.follower.signal);
    try {
      for await (const { pods } of this.follower.runner.observe(this.job.jobName, patience.signal)) {
        const pod = pods.find((one) => one.podUid === podUid);
        if (pod && isReported(pod)) return true;
      }
      return false;
    } finally {
      patience.clear();
    }
  }

  /**
   * From the Job's own Secret: the values the container got, even if they have changed since. It is read only if this process
   * has not created it.
   */
  private async readSecrets(): Promise<SecretPatterns> {
    if (this.secrets === null) {
      const { secrets } = this.context;
      const { execution, signal, runner, secretValues } = this.follower;
      const values =
        secretValues ??
        (await whileUnavailable(() => runner.readSecret(this.job.jobName), signal)) ??
        (await whileUnavailable(() => secrets.read(execution.procName), signal));
      this.secrets = compileSecretPatterns(Object.values(values));
    }
    return this.secrets;
  }

  private async openBudget(): Promise<LogBudget> {
    this.budget ??= new LogBudget(this.context.settings.logLimitBytes, await this.readExtent());
    return this.budget;
  }

  private async readExtent(): Promise<LogExtent> {
    const { signal, lease, claimed } = this.follower;
    if (claimed.isFirstClaim) return EMPTY_LOG;
    return await whileUnavailable(() => this.context.logs.readExtent(lease.executionId), signal);
  }
}

function withMaskedMessage(pod: PodView, secrets: SecretPatterns): PodView {
  const { state } = pod;
  if (state.kind !== 'failed' || state.message === null) return pod;
  return { ...pod, state: { ...state, message: toStorable(maskText(secrets, state.message)) } };
}
