import { randomUUID } from 'node:crypto';
import type { RunTable } from '../run-table.js';
import type { JobRequest, JobView, PodState, PodView } from '../runner.js';
import { FakeLog } from './fake-log.js';

/** What a container does. Returning ends it with exit code 0, unless it has already ended. */
export type FakeScript = (container: FakeContainer) => void | Promise<void>;

/** A script's view of the attempt it plays. */
export interface FakeContainer {
  readonly request: JobRequest;
  /** As the container would see it: secrets, then args, then context; later ones win. */
  readonly env: Readonly<Record<string, string>>;
  /** 1 for the first attempt. */
  readonly attempt: number;
  /** Resolves when the pod is stopped from outside (deleted, deadline, node lost). An endless run awaits it. */
  readonly stopped: Promise<void>;
  /** Stays in `waiting` with this reason, e.g. `ErrImagePull`. */
  wait(reason: string, message?: string): void;
  start(): void;
  /** Starts the container first if needed. */
  print(...lines: string[]): void;
  /** @param message what it writes to `/dev/termination-log`; shown only if it fails */
  exit(code: number, message?: string): void;
  /** Ends without an exit code (e.g. `Evicted`) or with one (e.g. `OOMKilled` and 137). */
  fail(reason: string, exitCode?: number): void;
}

/** A Job with its pods. Plays the script for each attempt once its Secret exists. */
export class FakeRun {
  readonly logs = new Map<string, FakeLog>();
  secret: Record<string, string> | null = null;
  #job: JobView;
  #stopCurrent: (() => void) | null = null;
  #isGone = false;

  constructor(
    readonly request: JobRequest,
    private readonly table: RunTable,
    private readonly script: FakeScript,
  ) {
    this.#job = {
      jobName: request.jobName,
      jobUid: randomUUID(),
      executionId: request.executionId,
      createdAt: new Date(),
      active: 1,
      endedPods: 0,
      finished: null,
      isBeingDeleted: false,
    };
    this.#putJob({});
    this.#pod = this.#newPod('CreateContainerConfigError');
  }

  #pod: PodView;

  get job(): JobView {
    return this.#job;
  }

  /** Lets the container start. Only the first call has an effect, as with an immutable Secret. */
  giveSecret(values: Readonly<Record<string, string>>): 'created' | 'exists' {
    if (this.secret) return 'exists';
    this.secret = { ...values };
    void this.#playAttempts();
    return 'created';
  }

  /** Removes the Job, its pods and their logs, as a delete does. */
  vanish(): void {
    this.#isGone = true;
    this.#stopCurrent?.();
    for (const [podUid, log] of this.logs) {
      log.lose();
      this.table.removePod(podUid);
    }
    this.table.removeJob(this.#job);
  }

  async #playAttempts(): Promise<void> {
    for (let attempt = 1; !this.#isGone; attempt++) {
      if (attempt > 1) this.#pod = this.#newPod('ContainerCreating');
      const end = await this.#play(attempt);
      if (this.#isGone) return;
      this.#putJob({ endedPods: attempt });
      const succeeded = end.kind === 'succeeded';
      if (!succeeded && attempt <= this.request.retries) continue;
      const reason = succeeded ? 'CompletionsReached' : 'BackoffLimitExceeded';
      this.#putJob({ active: 0, finished: { succeeded, reason, message: '', at: new Date() } });
      return;
    }
  }

  async #play(attempt: number): Promise<PodState> {
    const pod = this.#pod;
    const log = this.logs.get(pod.podUid)!;
    return await new Promise<PodState>((resolve) => {
      let startedAt: Date | null = null;
      let hasEnded = false;
      const end = (state: PodState) => {
        if (hasEnded) return;
        hasEnded = true;
        clearTimeout(deadline);
        log.end();
        if (!this.#isGone) this.#putPod(pod, state);
        resolve(state);
      };
      const stopped = new Promise<void>((stop) => {
        this.#stopCurrent = () => {
          stop();
          end({
            kind: 'failed',
            exitCode: 137,
            reason: 'Error',
            message: null,
            startedAt,
            endedAt: new Date(),
          });
        };
      });
      const fail = (reason: string, exitCode: number | null = null, message: string | null = null) =>
        end({ kind: 'failed', exitCode, reason, message, startedAt, endedAt: new Date() });
      const deadline = setTimeout(() => {
        fail('DeadlineExceeded');
        this.#stopCurrent?.();
      }, this.request.timeoutSeconds * 1000);
      const start = () => {
        if (startedAt || hasEnded) return;
        startedAt = new Date();
        this.#putPod(pod, { kind: 'running', startedAt });
      };
      const container: FakeContainer = {
        request: this.request,
        env: { ...this.secret, ...this.request.args, ...this.request.context },
        attempt,
        stopped,
        wait: (reason, message) =>
          !hasEnded && this.#putPod(pod, { kind: 'waiting', reason, message: message ?? null }),
        start,
        print: (...lines) => {
          start();
          if (!hasEnded) for (const line of lines) log.append(line);
        },
        exit: (code, message) => {
          start();
          if (code !== 0) fail('Error', code, message);
          else end({ kind: 'succeeded', startedAt, endedAt: new Date() });
        },
        fail,
      };
      Promise.resolve()
        .then(() => this.script(container))
        .then(
          () => container.exit(0),
          (error: unknown) => fail(`script threw ${String(error)}`),
        );
    });
  }

  #newPod(reason: string): PodView {
    const podUid = randomUUID();
    const pod: PodView = {
      podName: `${this.request.jobName}-${podUid.slice(0, 5)}`,
      podUid,
      // Always later than the previous one, because attempts are ordered by creation.
      createdAt: new Date(Math.max(Date.now(), (this.#pod?.createdAt.getTime() ?? 0) + 1)),
      state: { kind: 'waiting', reason, message: null },
      isBeingDeleted: false,
    };
    this.logs.set(podUid, new FakeLog());
    this.#putPod(pod, pod.state);
    return pod;
  }

  #putPod(pod: PodView, state: PodState): void {
    this.table.putPod({ jobName: this.request.jobName, pod: { ...pod, state } });
  }

  #putJob(change: Partial<JobView>): void {
    this.#job = { ...this.#job, ...change };
    this.table.putJob(this.#job);
  }
}
