import { DEFAULT_POD_SETTINGS, isDnsLabel, type LogPosition } from '@app/domain';
import { RunTable, type PodEntry } from '../run-table.js';
import {
  LogLostError,
  Runner,
  RunnerRefusedForNowError,
  RunnerUnavailableError,
  type CreateJobOutcome,
  type CreateSecretOutcome,
  type JobRef,
  type JobRequest,
  type JobTrial,
  type JobView,
  type LogPiece,
  type PodRef,
  type RunView,
  type SecretData,
} from '../runner.js';
import { FakeRun, type FakeScript, type RunSink } from './fake-run.js';

export interface FakeRunnerSettings {
  /** What every container does. Default: ends at once with exit code 0. */
  script?: FakeScript;
  namespace?: string;
}

/** A request of which only the names matter. */
export const JOB_REQUEST: JobRequest = {
  jobName: 'a',
  executionId: '1',
  procName: 'p',
  team: '',
  user: '',
  image: 'i',
  args: {},
  context: {},
  timeoutSeconds: 9,
  retries: 0,
  pod: DEFAULT_POD_SETTINGS,
};

/** A cluster in memory that behaves as the port specifies. Plain properties switch failures on. */
export class FakeRunner extends Runner {
  readonly namespace: string;
  /** Every call throws `RunnerUnavailableError` while true. */
  isUnavailable = false;
  /** `createJob` is refused with this message while set. */
  refusal: string | null = null;
  /** New pods have another container that goes on. */
  hasSidecar = false;
  /** What a finalizer of someone else keeps when a Job is deleted. */
  finalizerOn: 'job' | 'pods' | null = null;
  /** What the containers of Jobs created from now on do. */
  script: FakeScript;
  /** While true, new Jobs are refused for now, as by a full quota. */
  hasFullJobQuota = false;
  readonly #table = new RunTable();
  /** Pods that are not created yet, because a quota is full; null: none is. */
  #refusedPods: PodEntry[] | null = null;
  readonly #sink: RunSink = {
    pod: (podUid) =>
      this.#refusedPods?.findLast(({ pod }) => pod.podUid === podUid)?.pod ?? this.#table.pod(podUid),
    putJob: (job) => this.#table.putJob(this.#refusedPods ? { ...job, active: 0 } : job),
    removeJob: (job) => this.#table.removeJob(job),
    putPod: (entry) => (this.#refusedPods ? void this.#refusedPods.push(entry) : this.#table.putPod(entry)),
    removePod: (podUid) => this.#table.removePod(podUid),
  };
  readonly #runs = new Map<string, FakeRun>();
  #isStarted = false;

  constructor({ script = () => {}, namespace = 'default' }: FakeRunnerSettings = {}) {
    super();
    this.namespace = namespace;
    this.script = script;
  }

  async start(): Promise<void> {
    this.#isStarted = true;
  }

  async close(): Promise<void> {
    this.#isStarted = false;
    for (const run of this.#runs.values()) run.vanish();
  }

  isConnected(): boolean {
    return this.#isStarted && !this.isUnavailable;
  }

  /** Removes the Job and its pods, as someone else's delete would. */
  vanish(jobName: string): void {
    this.#runs.get(jobName)?.vanish();
    this.#runs.delete(jobName);
  }

  /** Evicts a pod as a drain does. */
  drain(podName: string): void {
    for (const run of this.#runs.values()) run.drain(podName);
  }

  /** Refuses the pods of new Jobs, as a full quota does. */
  refusePods(): void {
    this.#refusedPods ??= [];
  }

  /** Creates the pods that were refused. */
  allowPods(): void {
    const pods = this.#refusedPods ?? [];
    this.#refusedPods = null;
    for (const pod of pods) this.#table.putPod(pod);
  }

  #warnOfRefusedPod({ jobName, jobUid }: JobView): void {
    const message = `Error creating: pods "${jobName}-0" is forbidden: exceeded quota: fake`;
    const warning = { reason: 'FailedCreate', message, at: new Date() };
    this.#table.putWarning({ kind: 'Job', name: jobName, uid: jobUid, warning });
  }

  /** Creates a Job as another client would. */
  occupy(request: JobRequest): void {
    this.#runs.set(request.jobName, new FakeRun(request, this.#sink, this.script));
  }

  inTurn<T>(create: () => Promise<T>): Promise<T> {
    return create();
  }

  async connect(signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    this.#assertAvailable();
    const { watchRefused } = this.#table;
    if (watchRefused !== null) throw new RunnerRefusedForNowError(watchRefused);
  }

  /** Takes the right to watch Jobs and pods away, or gives it back. */
  refuseWatch(reason: string | null): void {
    this.#table.watchRefused = reason;
  }

  async createJob(request: JobRequest, signal?: AbortSignal): Promise<CreateJobOutcome> {
    signal?.throwIfAborted();
    this.#assertAvailable();
    if (this.refusal !== null) return { kind: 'refused', message: this.refusal };
    if (this.hasFullJobQuota) {
      throw new RunnerRefusedForNowError(
        `jobs.batch "${request.jobName}" is forbidden: exceeded quota: fake`,
      );
    }
    if (!isDnsLabel(request.jobName)) {
      return { kind: 'refused', message: `Job.batch "${request.jobName}" is invalid: metadata.name` };
    }
    const existing = this.#runs.get(request.jobName);
    if (existing) {
      return {
        kind: 'exists',
        jobUid: existing.job.jobUid,
        ours: existing.request.executionId === request.executionId,
      };
    }
    const { script } = this;
    const withSidecar: FakeScript = (container) => {
      container.addSidecar();
      return script(container);
    };
    const run = new FakeRun(request, this.#sink, this.hasSidecar ? withSidecar : script);
    this.#runs.set(request.jobName, run);
    if (this.#refusedPods) this.#warnOfRefusedPod(run.job);
    return { kind: 'created', jobUid: run.job.jobUid };
  }

  async tryJob(request: JobRequest): Promise<JobTrial> {
    const manifest = { metadata: { name: request.jobName } };
    if (this.isUnavailable) return { manifest, outcome: 'unanswered', message: 'away', warnings: [] };
    const outcome = this.refusal === null ? 'accepted' : 'refused';
    return { manifest, outcome, message: this.refusal ?? '', warnings: [] };
  }

  async createSecret({ jobName, jobUid }: JobRef, values: SecretData): Promise<CreateSecretOutcome> {
    this.#assertAvailable();
    const run = this.#runs.get(jobName);
    // A cluster would create it and garbage-collect it at once, because its owner does not exist.
    if (run?.job.jobUid !== jobUid) return { kind: 'created', values };
    const kind = run.giveSecret(values);
    return { kind, values: run.secret ?? values };
  }

  async createFiles({ jobName, jobUid }: JobRef, texts: readonly string[]): Promise<'created' | 'exists'> {
    this.#assertAvailable();
    const run = this.#runs.get(jobName);
    return run?.job.jobUid === jobUid ? run.giveFiles(texts) : 'created';
  }

  async readSecret(jobName: string): Promise<SecretData | null> {
    this.#assertAvailable();
    return this.#runs.get(jobName)?.secret ?? null;
  }

  async read(jobName: string): Promise<RunView> {
    this.#assertAvailable();
    return this.#table.run(jobName);
  }

  async deleteJob({ jobName, jobUid }: JobRef): Promise<void> {
    this.#assertAvailable();
    const run = this.#runs.get(jobName);
    if (run?.job.jobUid !== jobUid) return;
    run.vanish({ finalizerOn: this.finalizerOn });
    if (this.finalizerOn !== 'job') this.#runs.delete(jobName);
  }

  async deletePod({ podUid }: PodRef): Promise<void> {
    this.#assertAvailable();
    [...this.#runs.values()].find(({ logs }) => logs.has(podUid))?.deletePod(podUid);
  }

  observe(jobName: string, signal: AbortSignal): AsyncIterable<RunView> {
    return this.#table.observe(jobName, signal);
  }

  listJobs(): readonly JobView[] {
    return this.#table.jobs();
  }

  async *followLog(
    { podName, podUid }: PodRef,
    from: LogPosition,
    signal: AbortSignal,
    onOpen?: () => void,
  ): AsyncGenerator<LogPiece> {
    const log = [...this.#runs.values()].map(({ logs }) => logs.get(podUid)).find(Boolean);
    if (!log) throw new LogLostError(`Pod ${podName} and its log are gone.`);
    onOpen?.();
    yield* log.follow(from, signal);
  }

  #assertAvailable(): void {
    if (this.isUnavailable) throw new RunnerUnavailableError('The fake cluster is unavailable.');
  }
}
