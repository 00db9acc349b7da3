import { DelayedError, WaitingError, Worker, type Job } from 'bullmq';
import { patientOptions, type RedisSettings } from './connection.js';
import { keyPrefix, LOCK_DURATION_MS, QUEUES, STALLED_INTERVAL_MS } from './catalog.js';

const { executions } = QUEUES;

/** Why a follower is asked to stop: this process is going, or the queue's entry is no longer ours. */
export type StopReason = 'hand_over' | 'lease_lost';

/** What becomes of the queue's entry. */
export type ConsumeOutcome =
  /** The execution is over, or somebody else has it: the entry goes. */
  | { kind: 'done' }
  /** Another worker is to take it at once. */
  | { kind: 'hand_over' }
  /** It can't go on now; deliver it again later, to any worker. */
  | { kind: 'retry'; inMs: number };

/** The queue's side of having an execution: a lock that lapses by itself. */
export interface QueueLease {
  /** Renews the lock. False: it is lost. Throws while Redis is away. */
  renew(): Promise<boolean>;
}

export interface ConsumeOptions {
  redis: RedisSettings;
  installationId: string;
  /** Executions that this process follows at once. */
  concurrency: number;
  /**
   * Handles one delivery. The same execution may be delivered again at any time, here or elsewhere; within this process
   * the earlier call is stopped and waited for first. `signal.reason` is a StopReason.
   */
  handle(executionId: number, lease: QueueLease, signal: AbortSignal): Promise<ConsumeOutcome>;
  onError(error: Error): void;
}

interface Following {
  stop: AbortController;
  ended: Promise<unknown>;
}

/** Takes executions from the queue until `stop`. */
export class ExecutionConsumer {
  private readonly worker: Worker;
  /** By execution id: at most one follower per execution in a process. */
  private readonly following = new Map<number, Following>();
  private isStopping = false;

  constructor(private readonly options: ConsumeOptions) {
    // BullMQ hands over its own signal only to a processor that declares it; ours also covers a second delivery.
    this.worker = new Worker('executions', (job, token) => this.process(job, token ?? ''), {
      connection: patientOptions(options.redis),
      prefix: keyPrefix(options.installationId),
      concurrency: options.concurrency,
      lockDuration: LOCK_DURATION_MS,
      stalledInterval: STALLED_INTERVAL_MS,
      maxStalledCount: executions.maxStalledCount,
      runRetryDelay: 1_000,
      drainDelay: 2,
    });
    this.worker.on('error', options.onError);
    this.worker.on('lockRenewalFailed', (jobIds) => this.stopLost(jobIds));
  }

  /** How many executions this process follows now. */
  get size(): number {
    return this.following.size;
  }

  /** Takes nothing new, hands everything back for other workers to take at once, and closes. */
  async stop(): Promise<void> {
    this.isStopping = true;
    // Paused before anything is handed back, or this process would take its own entry again.
    await this.worker.pause(true);
    for (const { stop } of this.following.values()) stop.abort('hand_over' satisfies StopReason);
    await Promise.allSettled([...this.following.values()].map(({ ended }) => ended));
    await this.worker.close();
  }

  private async process(job: Job, token: string): Promise<void> {
    const { executionId } = executions.payload.parse(job.data);
    const before = this.following.get(executionId);
    if (before) {
      before.stop.abort('lease_lost' satisfies StopReason);
      await before.ended.catch(() => undefined);
    }
    const stop = new AbortController();
    if (this.isStopping) stop.abort('hand_over' satisfies StopReason);
    const ended = this.handle(job, token, executionId, stop.signal);
    const mine = { stop, ended };
    this.following.set(executionId, mine);
    try {
      await ended;
    } finally {
      if (this.following.get(executionId) === mine) this.following.delete(executionId);
    }
  }

  private async handle(job: Job, token: string, executionId: number, signal: AbortSignal): Promise<void> {
    const lease: QueueLease = { renew: async () => (await job.extendLock(token, LOCK_DURATION_MS)) === 1 };
    const outcome = await this.options.handle(executionId, lease, signal);
    switch (outcome.kind) {
      case 'done':
        return;
      case 'hand_over':
        await job.moveToWait(token);
        throw new WaitingError();
      case 'retry':
        await job.moveToDelayed(Date.now() + outcome.inMs, token);
        throw new DelayedError();
    }
  }

  private stopLost(jobIds: readonly string[]): void {
    const lost = new Set(jobIds);
    for (const [executionId, { stop }] of this.following) {
      if (lost.has(executions.jobId({ executionId }))) stop.abort('lease_lost' satisfies StopReason);
    }
  }
}
