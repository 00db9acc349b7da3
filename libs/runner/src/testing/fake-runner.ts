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
  /** What every container does; default: ends at once with exit code 0. */
  script?: FakeScript;
}

/** A cluster in memory that behaves as the port says. Switches for what goes wrong are plain properties. */
export class FakeRunner extends Runner {
  /** Every call throws `RunnerUnavailableError` while true. */
  isUnavailable = false;
  /** `createJob` is refused with this message while set. */
  refusal: string | null = null;
  /** What the next Jobs' containers do. */
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

  /** The Job of that name and its pods disappear behind everybody's back. */
  vanish(jobName: string): void {
    this.#runs.get(jobName)?.vanish();
    this.#runs.delete(jobName);
  }

  /** A Job of that name that somebody else created. */
  occupy(request: JobRequest): void {
    this.#runs.set(request.jobName, new FakeRun(request, this.#table, this.script));
  }

  async connect(signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    this.#mustBeAvailable();
  }

  async createJob(request: JobRequest, signal?: AbortSignal): Promise<CreateJobOutcome> {
    signal?.throwIfAborted();
    this.#mustBeAvailable();
    if (this.refusal !== null) return { kind: 'refused', message: this.refusal };
    if (!isDnsLabel(request.jobName)) {
      return { kind: 'refused', message: `Job.batch "${request.jobName}" is invalid: metadata.name` };
    }
    const there = this.#runs.get(request.jobName);
    if (there) {
      return {
        kind: 'exists',
        jobUid: there.job.jobUid,
        ours: there.request.executionId === request.executionId,
      };
    }
    const run = new FakeRun(request, this.#table, this.script);
    this.#runs.set(request.jobName, run);
    return { kind: 'created', jobUid: run.job.jobUid };
  }

  async createSecret(
    { jobName, jobUid }: JobRef,
    values: Readonly<Record<string, string>>,
  ): Promise<'created' | 'exists'> {
    this.#mustBeAvailable();
    const run = this.#runs.get(jobName);
    // In a cluster it would be created and collected at once, because its owner is not there.
    if (run?.job.jobUid !== jobUid) return 'created';
    return run.giveSecret(values);
  }

  async readSecret(jobName: string): Promise<Record<string, string> | null> {
    this.#mustBeAvailable();
    return this.#runs.get(jobName)?.secret ?? null;
  }

  async read(jobName: string): Promise<RunView> {
    this.#mustBeAvailable();
    return this.#table.run(jobName);
  }

  async deleteJob({ jobName, jobUid }: JobRef): Promise<void> {
    this.#mustBeAvailable();
    if (this.#runs.get(jobName)?.job.jobUid === jobUid) this.vanish(jobName);
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
    if (!log) throw new LogLostError(`Pod ${podName} is gone, and its log with it.`);
    onOpen?.();
    yield* log.follow(from, signal);
  }

  #mustBeAvailable(): void {
    if (this.isUnavailable) throw new RunnerUnavailableError('The fake cluster is away.');
  }
}
