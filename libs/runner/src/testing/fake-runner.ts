import type { LogPosition } from '@app/domain';
import { isDnsLabel } from '../kubernetes/names.js';
import { RunTable } from '../run-table.js';
import {
  LogLostError,
  Runner,
  RunnerUnavailableError,
  type CreateJobOutcome,
  type JobRef,
  type JobRequest,
  type JobView,
  type LogPiece,
  type PodRef,
  type RunView,
} from '../runner.js';
import { FakeRun, type FakeScript } from './fake-run.js';

export interface FakeRunnerSettings {
  /** What every container does. Default: ends at once with exit code 0. */
  script?: FakeScript;
}

/** A cluster in memory that behaves as the port specifies. Plain properties switch failures on. */
export class FakeRunner extends Runner {
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
  readonly #table = new RunTable();
  readonly #runs = new Map<string, FakeRun>();
  #isStarted = false;

  constructor({ script = () => {} }: FakeRunnerSettings = {}) {
    super();
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

  /** Creates a Job as another client would. */
  occupy(request: JobRequest): void {
    this.#runs.set(request.jobName, new FakeRun(request, this.#table, this.script));
  }

  async connect(signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    this.#assertAvailable();
  }

  async createJob(request: JobRequest, signal?: AbortSignal): Promise<CreateJobOutcome> {
    signal?.throwIfAborted();
    this.#assertAvailable();
    if (this.refusal !== null) return { kind: 'refused', message: this.refusal };
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
    const run = new FakeRun(request, this.#table, this.hasSidecar ? withSidecar : script);
    this.#runs.set(request.jobName, run);
    return { kind: 'created', jobUid: run.job.jobUid };
  }

  async createSecret(
    { jobName, jobUid }: JobRef,
    values: Readonly<Record<string, string>>,
  ): Promise<'created' | 'exists'> {
    this.#assertAvailable();
    const run = this.#runs.get(jobName);
    // A cluster would create it and garbage-collect it at once, because its owner does not exist.
    if (run?.job.jobUid !== jobUid) return 'created';
    return run.giveSecret(values);
  }

  async readSecret(jobName: string): Promise<Record<string, string> | null> {
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
