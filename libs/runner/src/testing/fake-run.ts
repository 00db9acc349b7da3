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
  /** Ends with this exit code because Kubernetes drains the node. */
  drain(exitCode: number): void;
  /** Another container will keep the pod alive after this one has ended, until the pod is deleted. */
  addSidecar(): void;
}

/** Where a run shows itself. */
export type RunSink = Pick<RunTable, 'pod' | 'putJob' | 'removeJob' | 'putPod' | 'removePod'>;

/** A Job with its pods. Plays the script for each attempt once its Secret exists. */
export class FakeRun {
  readonly logs = new Map<string, FakeLog>();
  secret: Record<string, string> | null = null;
  files: readonly string[] | null = null;
  #job: JobView;
  #stopCurrent: (() => void) | null = null;
  #drainCurrent: (() => void) | null = null;
  #isGone = false;
  /** Pods that a sidecar keeps alive, each with what ends it. */
  readonly #keptAlive = new Map<string, () => void>();

  constructor(
    readonly request: JobRequest,
    private readonly table: RunSink,
    private readonly script: FakeScript,
  ) {
    this.#job = {
      jobName: request.jobName,
      jobUid: randomUUID(),
      executionId: request.executionId,
      createdAt: new Date(),
      startableAt: new Date(),
      suspended: null,
      queue: request.pod.queue,
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

  giveFiles(texts: readonly string[]): 'created' | 'exists' {
    if (this.files) return 'exists';
    this.files = [...texts];
    return 'created';
  }

  /** Lets the container start. Only the first call has an effect, as with an immutable Secret. */
  giveSecret(values: Readonly<Record<string, string>>): 'created' | 'exists' {
    if (this.secret) return 'exists';
    this.secret = { ...values };
    if (this.request.pod.files.length > 0 && !this.files) throw new Error('the files come before the Secret');
    void this.#playAttempts();
    return 'created';
  }

  /**
   * Deletes the Job and its pods with their logs. What a finalizer is on stays and is marked as being deleted; a Job that
   * stays keeps its pods, and they go on.
   */
  vanish({ finalizerOn = null }: { finalizerOn?: 'job' | 'pods' | null } = {}): void {
    this.#isGone = true;
    if (finalizerOn === 'job') return this.#putJob({ isBeingDeleted: true });
    this.#stopCurrent?.();
    for (const podUid of this.logs.keys()) this.#removePod(podUid, finalizerOn === 'pods');
    this.table.removeJob(this.#job);
  }

  /** Drains the pod if it is the current one. */
  drain(podName: string): void {
    if (podName !== this.#pod.podName) return;
    this.#drainCurrent?.();
    this.#stopCurrent?.();
  }

  /** Ends the pod's containers and removes it. */
  deletePod(podUid: string): void {
    if (podUid === this.#pod.podUid) this.#stopCurrent?.();
    this.#removePod(podUid, false);
  }

  #removePod(podUid: string, isKept: boolean): void {
    this.#keptAlive.get(podUid)?.();
    this.logs.get(podUid)?.lose();
    const pod = this.table.pod(podUid);
    if (!isKept || !pod) return this.table.removePod(podUid);
    const deleted = { ...pod, isBeingDeleted: true, mayRun: false, isKeptAlive: false } as const;
    this.table.putPod({ jobName: this.request.jobName, pod: deleted });
  }

  async #playAttempts(): Promise<void> {
    let counted = 0;
    for (let attempt = 1; !this.#isGone; attempt++) {
      if (attempt > 1) this.#pod = this.#newPod('ContainerCreating');
      const end = await this.#play(attempt);
      if (this.#isGone) return;
      const { isDisrupted = false } = this.table.pod(this.#pod.podUid) ?? {};
      const succeeded = end.kind === 'succeeded';
      // As with `podFailurePolicy`: a disruption costs no retry, but nothing is repeated without retries.
      if (isDisrupted && !succeeded && this.request.retries > 0) continue;
      counted += 1;
      this.#putJob({ endedPods: counted });
      if (!succeeded && counted <= this.request.retries) continue;
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
      let hasSidecar = false;
      const end = (state: PodState) => {
        if (hasEnded) return;
        hasEnded = true;
        clearTimeout(deadline);
        log.end();
        if (!hasSidecar || this.#isGone) {
          if (this.table.pod(pod.podUid)) this.#putPod(pod, state);
          return resolve(state);
        }
        this.#putPod(pod, state, { phase: 'active', isKeptAlive: true });
        this.#keptAlive.set(pod.podUid, () => {
          this.#keptAlive.delete(pod.podUid);
          resolve(state);
        });
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
          else end({ kind: 'succeeded', startedAt, endedAt: new Date(), interruption: null });
        },
        fail,
        drain: (code) => {
          start();
          if (hasEnded) return;
          pod.isDisrupted = true;
          const interruption = 'EvictionByEvictionAPI: Eviction API: evicting';
          if (code === 0) end({ kind: 'succeeded', startedAt, endedAt: new Date(), interruption });
          else fail('EvictionByEvictionAPI', code, 'Eviction API: evicting');
        },
        addSidecar: () => (hasSidecar = true),
      };
      this.#drainCurrent = () => container.drain(143);
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
      phase: 'active',
      mayRun: true,
      isKeptAlive: false,
      isDisrupted: false,
      isBeingDeleted: false,
    };
    this.logs.set(podUid, new FakeLog());
    this.#putPod(pod, pod.state);
    return pod;
  }

  #putPod(pod: PodView, state: PodState, change: Partial<PodView> = {}): void {
    const mayRun = state.kind === 'waiting' || state.kind === 'running';
    const phase = mayRun ? 'active' : state.kind;
    const next = { ...pod, state, phase, mayRun, ...change } as const;
    this.table.putPod({ jobName: this.request.jobName, pod: next });
  }

  #putJob(change: Partial<JobView>): void {
    this.#job = { ...this.#job, ...change };
    this.table.putJob(this.#job);
  }
}
