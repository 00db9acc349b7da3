import { withTimeout } from '@app/timing';
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

/** One entry that BullMQ has given to this process. */
interface Delivery {
  executionId: number;
  jobId: string;
  token: string;
  stop: AbortController;
  ended: Promise<void>;
}

const RENEW_INTERVAL_MS = LOCK_DURATION_MS / 3;
/** With Redis away nothing can be handed back: the locks lapse, and others take over by themselves. */
const HAND_BACK_MOST_MS = 10_000;
const CLOSE_MOST_MS = 2_000;

/** Takes executions from the queue until `stop`. */
export class ExecutionConsumer {
  private readonly worker: Worker;
  private readonly deliveries = new Set<Delivery>();
  /** The newest delivery by execution id: at most one follower per execution in a process. */
  private readonly newest = new Map<number, Delivery>();
  private readonly renewal: NodeJS.Timeout;
  private isRenewing = false;
  private stopping: Promise<void> | null = null;

  constructor(private readonly options: ConsumeOptions) {
    // BullMQ hands over its own signal only to a processor that declares it; ours also covers a second delivery.
    this.worker = new Worker('executions', (job, token) => this.process(job, token ?? ''), {
      connection: patientOptions(options.redis),
      prefix: keyPrefix(options.installationId),
      concurrency: options.concurrency,
      lockDuration: LOCK_DURATION_MS,
      // BullMQ keeps one lock an entry: of two deliveries in one process it would stop to renew the second one's
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

  /** How many executions this process follows now. */
  get size(): number {
    return this.newest.size;
  }

  /**
   * Takes nothing new, hands everything back for other workers to take at once, and closes; within seconds, also
   * while Redis is away.
   */
  stop(): Promise<void> {
    this.stopping ??= this.handOver();
    return this.stopping;
  }

  private async handOver(): Promise<void> {
    // Paused before anything is handed back, or this process would take its own entry again.
    await this.worker.pause(true);
    for (const { stop } of this.deliveries) stop.abort('hand_over' satisfies StopReason);
    const handedBack = Promise.allSettled([...this.deliveries].map(({ ended }) => ended));
    const isDone = await within(HAND_BACK_MOST_MS, handedBack);
    clearInterval(this.renewal);
    // An orderly close would wait for Redis.
    const isOrderly = isDone && (await within(CLOSE_MOST_MS, this.ping()));
    await within(CLOSE_MOST_MS, this.worker.close(!isOrderly));
  }

  private async process(job: Job, token: string): Promise<void> {
    const { executionId } = executions.payload.parse(job.data);
    const stop = new AbortController();
    const before = this.newest.get(executionId);
    before?.stop.abort('lease_lost' satisfies StopReason);
    if (this.stopping) stop.abort('hand_over' satisfies StopReason);
    const ended = Promise.allSettled([before?.ended]).then(() =>
      this.handle(job, token, executionId, stop.signal),
    );
    const delivery: Delivery = { executionId, jobId: job.id ?? '', token, stop, ended };
    this.deliveries.add(delivery);
    this.newest.set(executionId, delivery);
    try {
      await ended;
    } finally {
      this.deliveries.delete(delivery);
      if (this.newest.get(executionId) === delivery) this.newest.delete(executionId);
    }
  }

  private async handle(job: Job, token: string, executionId: number, signal: AbortSignal): Promise<void> {
    const lease: QueueLease = { renew: async () => (await job.extendLock(token, LOCK_DURATION_MS)) === 1 };
    const outcome = await this.options.handle(executionId, lease, signal);
    // The entry is somebody else's or gone: BullMQ is to leave it alone.
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

  /** While Redis is away it waits; the first answer after the outage tells what was lost. */
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

  /** The cheapest command that a Worker offers. */
  private ping(): Promise<unknown> {
    return this.worker.extendJobLocks([], [], LOCK_DURATION_MS);
  }
}

/** True if `work` succeeds in this time. */
async function within(timeoutMs: number, work: Promise<unknown>): Promise<boolean> {
  const succeeded = work.then(
    () => true,
    () => false,
  );
  return await withTimeout(succeeded, timeoutMs, () => false, { unref: true });
}
