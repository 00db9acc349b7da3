import type { ExecutionsStore, LeasesStore, LogsStore, RefusalsStore, SecretsStore } from '@app/database';
import {
  LOCK_DURATION_MS,
  type ConsumeOutcome,
  type ExecutionQueue,
  type ExecutionUpdates,
  type QueueLease,
  type StopReason,
} from '@app/queue';
import {
  Cluster,
  type CreateJobOutcome,
  type CreateSecretOutcome,
  type JobRef,
  type JobRequest,
  type LogPiece,
  type PodRef,
  type SecretData,
} from '@app/runner';
import { FakeRunner } from '../../../../libs/runner/src/testing/fake-runner.js';
import { LogWriter } from '../log-writer.js';
import { ExecutionHandler } from '../run-execution.js';
import type { WorkerContext } from '../worker-context.js';
import { FakeRecords } from './fake-records.js';

/** A cluster in memory that records its changes. */
export class WatchedRunner extends FakeRunner {
  beforeCreate: () => void | Promise<void> = () => undefined;
  afterCreate: () => void | Promise<void> = () => undefined;
  beforeSecret: () => void | Promise<void> = () => undefined;
  beforeLog: () => void | Promise<void> = () => undefined;
  readonly created: string[] = [];
  readonly secrets: string[] = [];
  readonly files: (readonly string[])[] = [];
  readonly deleted: string[] = [];
  readonly deletedPods: string[] = [];

  override async *followLog(...how: Parameters<FakeRunner['followLog']>): AsyncGenerator<LogPiece> {
    await this.beforeLog();
    yield* super.followLog(...how);
  }

  override async createJob(request: JobRequest, signal?: AbortSignal): Promise<CreateJobOutcome> {
    await this.beforeCreate();
    const outcome = await super.createJob(request, signal);
    if (outcome.kind === 'created') this.created.push(request.jobName);
    await this.afterCreate();
    return outcome;
  }

  override async createSecret(job: JobRef, values: SecretData): Promise<CreateSecretOutcome> {
    await this.beforeSecret();
    const outcome = await super.createSecret(job, values);
    if (outcome.kind === 'created') this.secrets.push(job.jobName);
    return outcome;
  }

  override async createFiles(job: JobRef, texts: readonly string[]): Promise<'created' | 'exists'> {
    const outcome = await super.createFiles(job, texts);
    if (outcome === 'created') this.files.push(texts);
    return outcome;
  }

  override async deleteJob(job: JobRef): Promise<void> {
    await super.deleteJob(job);
    this.deleted.push(job.jobName);
  }

  override async deletePod(pod: PodRef): Promise<void> {
    await super.deletePod(pod);
    this.deletedPods.push(pod.podName);
  }
}

/** A cluster with a default namespace, and others that are created when they are first used. */
class FakeCluster extends Cluster {
  readonly allowed = new Set<string>();
  readonly #others = new Map<string, WatchedRunner>();

  constructor(private readonly runner: WatchedRunner) {
    super();
  }

  async start(): Promise<void> {
    await this.runner.start();
  }

  async close(): Promise<void> {
    for (const runner of this.runners()) await runner.close();
  }

  in(namespace: string | null): WatchedRunner {
    if (namespace === null || namespace === this.runner.namespace) return this.runner;
    const other = this.#others.get(namespace) ?? new WatchedRunner({ namespace });
    this.#others.set(namespace, other);
    return other;
  }

  allows(namespace: string | null): boolean {
    return this.in(namespace) === this.runner || this.allowed.has(namespace ?? '');
  }

  runners(): readonly WatchedRunner[] {
    return [this.runner, ...this.#others.values()];
  }

  problems(): readonly string[] {
    return [];
  }
}

export interface FakeDelivery {
  outcome: Promise<ConsumeOutcome>;
  stop(reason: StopReason): void;
}

/** A worker process on fakes. */
export class FakeWorker {
  readonly context: WorkerContext;
  readonly handler: ExecutionHandler;
  readonly cluster: FakeCluster;
  readonly queued: number[] = [];
  /** Renews the queue's lock. */
  renew: () => Promise<boolean> = async () => true;
  private readonly logWriter: LogWriter;
  private readonly ticks: NodeJS.Timeout;

  constructor(
    readonly records: FakeRecords,
    readonly runner: WatchedRunner,
    settings: Partial<WorkerContext['settings']> = {},
  ) {
    this.cluster = new FakeCluster(runner);
    const onError = () => undefined;
    this.logWriter = new LogWriter(records, { onStored: () => undefined, onError });
    const nothing = () => undefined;
    this.context = {
      settings: {
        workerId: 'worker-1',
        installationId: 'test',
        defaultTimeoutSeconds: 60,
        defaultRetries: 0,
        serviceAccountName: null,
        podAnnotations: {},
        allowedAnnotations: ['*'],
        security: {
          level: 'baseline',
          runAsUser: null,
          runAsGroup: null,
          fsGroup: null,
          readOnlyRootFilesystem: false,
        },
        startLimits: { startMs: 60_000, imageMs: 60_000, queueMs: 60_000 },
        refusedLimitMs: 60_000,
        logLimitBytes: 1024 * 1024,
        ...settings,
      },
      cluster: this.cluster,
      leases: records as unknown as LeasesStore,
      refusals: records as unknown as RefusalsStore,
      executions: records as unknown as ExecutionsStore,
      logs: records as unknown as LogsStore,
      secrets: records as unknown as SecretsStore,
      procs: records,
      queue: { add: async (ids: number[]) => void this.queued.push(...ids) } as unknown as ExecutionQueue,
      updates: { publish: nothing } as unknown as ExecutionUpdates,
      notifications: { send: nothing, close: nothing },
      logWriter: this.logWriter,
      log: { debug: nothing, info: nothing, warn: nothing, error: nothing },
    };
    this.handler = new ExecutionHandler(this.context);
    this.ticks = setInterval(() => {
      for (const follower of this.handler.followers.values()) if (follower.needsTick) follower.wakeUp.ring();
    }, 20);
  }

  deliver(executionId: number): FakeDelivery {
    const stop = new AbortController();
    return {
      outcome: this.handler.handle(executionId, this.newLease(), stop.signal),
      stop: (reason) => stop.abort(reason),
    };
  }

  /** A lock that is too short until it is renewed. */
  newLease(): QueueLease {
    let endsAtMs = -Infinity;
    return {
      leftMs: () => endsAtMs - performance.now(),
      renew: async () => {
        const askedAtMs = performance.now();
        const isRenewed = await this.renew();
        if (isRenewed) endsAtMs = askedAtMs + LOCK_DURATION_MS;
        return isRenewed;
      },
    };
  }

  /** Delivers the execution and waits for the outcome. */
  run(executionId: number): Promise<ConsumeOutcome> {
    return this.deliver(executionId).outcome;
  }

  close(): void {
    clearInterval(this.ticks);
    this.logWriter.close();
  }
}
