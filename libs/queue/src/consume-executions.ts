import { withTimeout } from '@app/timing';
import { DelayedError, WaitingError, Worker, type Job } from 'bullmq';
import { patientOptions, type RedisSettings } from './connection.js';
import { keyPrefix, LOCK_DURATION_MS, QUEUES, STALLED_INTERVAL_MS } from './catalog.js';

const { executions } = QUEUES;

/** Why a handler must stop: this process is stopping, or another one holds the queue entry. */
export type StopReason = 'hand_over' | 'lease_lost';

/** What to do with the queue entry. */
export type ConsumeOutcome =
  /** Remove it: the execution is over, or another worker has it. */
  | { kind: 'done' }
  /** Give it to another worker at once. */
  | { kind: 'hand_over' }
  /** Deliver it again later, to any worker. */
  | { kind: 'retry'; inMs: number };

/** The lock on a queue entry. It expires unless it is renewed. */
export interface QueueLease {
  /** Renews the lock. False: it is lost. Throws if Redis is unavailable. */
  renew(): Promise<boolean>;
}

export interface ConsumeOptions {
  redis: RedisSettings;
  installationId: string;
  /** Executions this process follows at a time. */
  concurrency: number;
  /**
   * Handles one delivery. The same execution may be delivered again at any time, to this or another process; within this
   * process the earlier call is stopped and awaited first. `signal.reason` is a StopReason.
   */
  handle(executionId: number, lease: QueueLease, signal: AbortSignal): Promise<ConsumeOutcome>;
  onError(error: Error): void;
}

/** An entry that BullMQ has delivered to this process. */
interface Delivery {
  executionId: number;
  jobId: string;
  token: string;
  stop: AbortController;
  ended: Promise<void>;
}

const RENEW_INTERVAL_MS = LOCK_DURATION_MS / 3;
/** Without Redis nothing can be handed back: the locks expire, and other workers take over. */
const HAND_BACK_TIMEOUT_MS = 10_000;
const CLOSE_TIMEOUT_MS = 2_000;

/** Takes executions from the queue until `stop`. */
export class ExecutionConsumer {
  private readonly worker: Worker;
  private readonly deliveries = new Set<Delivery>();
  /** The latest delivery by execution id: a process has at most one follower per execution. */
  private readonly latest = new Map<number, Delivery>();
  private readonly renewal: NodeJS.Timeout;
  private isRenewing = false;
  private stopping: Promise<void> | null = null;

  constructor(private readonly options: ConsumeOptions) {
    // The processor does not declare BullMQ's own signal, because ours also covers a second delivery.
    this.worker = new Worker('executions', (job, token) => this.process(job, token ?? ''), {
      connection: patientOptions(options.redis),
      prefix: keyPrefix(options.installationId),
      concurrency: options.concurrency,
      lockDuration: LOCK_DURATION_MS,
      // BullMQ keeps one lock per entry. With two deliveries of an entry in one process, it would stop renewing the lock
      // when the first one ends.
      skipLockRenewal: true,
      stalledInterval: STALLED_INTERVAL_MS,
      maxStalledCount: executions.maxStalledCount,
      runRetryDelay: 1_000,
      drainDelay: 2,
    });
    this.worker.on('error', (error) => options.onError(error));
    this.renewal = setInterval(() => void this.renewLocks(), RENEW_INTERVAL_MS);
  }

  /** How many executions this process follows. */
  get size(): number {
    return this.latest.size;
  }

  /**
   * Takes no new executions, hands all of them over to other workers, and closes; within seconds, even if Redis is
   * unavailable.
   */
  stop(): Promise<void> {
    this.stopping ??= this.handOver();
    return this.stopping;
  }

  private async handOver(): Promise<void> {
    // Pause before handing back, or this process would take its own entries again.
    await this.worker.pause(true);
    for (const { stop } of this.deliveries) stop.abort('hand_over' satisfies StopReason);
    const handedBack = Promise.allSettled([...this.deliveries].map(({ ended }) => ended));
    const isHandedBack = await within(HAND_BACK_TIMEOUT_MS, handedBack);
    clearInterval(this.renewal);
    // A regular close would wait for Redis.
    const canCloseRegularly = isHandedBack && (await within(CLOSE_TIMEOUT_MS, this.ping()));
    await within(CLOSE_TIMEOUT_MS, this.worker.close(!canCloseRegularly));
  }

  private async process(job: Job, token: string): Promise<void> {
    const { executionId } = executions.payload.parse(job.data);
    const stop = new AbortController();
    const earlier = this.latest.get(executionId);
    earlier?.stop.abort('lease_lost' satisfies StopReason);
    if (this.stopping) stop.abort('hand_over' satisfies StopReason);
    const ended = Promise.allSettled([earlier?.ended]).then(() =>
      this.handle(job, token, executionId, stop.signal),
    );
    const delivery: Delivery = { executionId, jobId: job.id ?? '', token, stop, ended };
    this.deliveries.add(delivery);
    this.latest.set(executionId, delivery);
    try {
      await ended;
    } finally {
      this.deliveries.delete(delivery);
      if (this.latest.get(executionId) === delivery) this.latest.delete(executionId);
    }
  }

  private async handle(job: Job, token: string, executionId: number, signal: AbortSignal): Promise<void> {
    const lease: QueueLease = { renew: async () => (await job.extendLock(token, LOCK_DURATION_MS)) === 1 };
    const outcome = await this.options.handle(executionId, lease, signal);
    // Another worker has the entry, or it is gone: tells BullMQ to leave it alone.
    if (signal.reason === 'lease_lost') throw new WaitingError();
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

  /** Waits through an outage of Redis; the first answer after it says which locks were lost. */
  private async renewLocks(): Promise<void> {
    const held = [...this.deliveries].filter(({ stop }) => !stop.signal.aborted);
    if (this.isRenewing || held.length === 0) return;
    this.isRenewing = true;
    try {
      const [jobIds, tokens] = [held.map(({ jobId }) => jobId), held.map(({ token }) => token)];
      const lost = new Set(await this.worker.extendJobLocks(jobIds, tokens, LOCK_DURATION_MS));
      for (const { jobId, stop } of held) if (lost.has(jobId)) stop.abort('lease_lost' satisfies StopReason);
    } catch (error) {
      this.options.onError(error as Error);
    } finally {
      this.isRenewing = false;
    }
  }

  /** The cheapest command a Worker offers. */
  private ping(): Promise<unknown> {
    return this.worker.extendJobLocks([], [], LOCK_DURATION_MS);
  }
}

/** Whether `work` succeeds within the timeout. */
async function within(timeoutMs: number, work: Promise<unknown>): Promise<boolean> {
  const succeeded = work.then(
    () => true,
    () => false,
  );
  return await withTimeout(succeeded, timeoutMs, () => false, { unref: true });
}
