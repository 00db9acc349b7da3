import { withTimeout } from '@app/timing';
import { Worker } from 'bullmq';
import { patientOptions, type RedisSettings } from './connection.js';
import { EntryFetcher, type Entry } from './fetch-entries.js';
import { settleEntry, type ConsumeOutcome, type SettleOptions } from './settle-entry.js';
import { keyPrefix, LOCK_DURATION_MS, QUEUES, STALLED_INTERVAL_MS } from './catalog.js';

const { executions } = QUEUES;

/** Why a handler must stop: this process is stopping, or another one holds the queue entry. */
export type StopReason = 'hand_over' | 'lease_lost';

/** The lock on a queue entry. It expires unless it is renewed. */
export interface QueueLease {
  /** For how long it is certain to live, in milliseconds of the monotonic clock. It may have been lost all the same. */
  leftMs(): number;
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

/** An entry that this process has fetched. */
interface Delivery extends Entry {
  executionId: number;
  stop: AbortController;
  ended: Promise<void>;
}

const RENEW_INTERVAL_MS = LOCK_DURATION_MS / 3;
/** Without Redis nothing can be handed back: the locks expire, and other workers take over. */
const HAND_BACK_TIMEOUT_MS = 10_000;
const CLOSE_TIMEOUT_MS = 2_000;
/** How long a fetch waits for an entry. */
const FETCH_WAIT_SECONDS = 2;
/** Before an entry whose handler has failed is delivered again. */
const FAILED_RETRY_MS = 1_000;

/** Takes executions from the queue until `stop`. */
export class ExecutionConsumer {
  private readonly worker: Worker;
  private readonly fetcher: EntryFetcher;
  private readonly deliveries = new Set<Delivery>();
  /** The latest delivery by execution id: a process has at most one follower per execution. */
  private readonly latest = new Map<number, Delivery>();
  private readonly renewal: NodeJS.Timeout;
  private readonly settling: SettleOptions;
  private isRenewing = false;
  private isStopping = false;
  private stopping: Promise<void> | null = null;

  constructor(private readonly options: ConsumeOptions) {
    // Without a processor it fetches nothing by itself: https://docs.bullmq.io/patterns/manually-fetching-jobs
    this.worker = new Worker('executions', null, {
      connection: patientOptions(options.redis),
      prefix: keyPrefix(options.installationId),
      lockDuration: LOCK_DURATION_MS,
      stalledInterval: STALLED_INTERVAL_MS,
      maxStalledCount: executions.maxStalledCount,
      drainDelay: FETCH_WAIT_SECONDS,
    });
    const onError = (error: Error) => options.onError(error);
    this.worker.on('error', onError);
    this.worker.startStalledCheckTimer().catch(onError);
    this.renewal = setInterval(() => void this.renewLocks(), RENEW_INTERVAL_MS);
    // The place of the entry that ends is free for the next one.
    const wantsNext = () => !this.isStopping && this.room() >= 0;
    this.settling = { worker: this.worker, wantsNext, onError };
    this.fetcher = new EntryFetcher({
      worker: this.worker,
      room: () => this.room(),
      onEntry: (entry) => this.take(entry),
      onError,
    });
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
    this.isStopping = true;
    this.fetcher.stop();
    // Pause before handing back, or this process would take its own entries again.
    await this.worker.pause(true);
    for (const { stop } of this.deliveries) stop.abort('hand_over' satisfies StopReason);
    let isHandedBack = await within(HAND_BACK_TIMEOUT_MS, this.whenEmpty());
    // What the last fetch brings is handed back too.
    if (isHandedBack) {
      await within(FETCH_WAIT_SECONDS * 1_000 + CLOSE_TIMEOUT_MS, this.fetcher.ended);
      isHandedBack = await within(CLOSE_TIMEOUT_MS, this.whenEmpty());
    }
    clearInterval(this.renewal);
    // A regular close would wait for Redis.
    const canCloseRegularly = isHandedBack && (await within(CLOSE_TIMEOUT_MS, this.ping()));
    await within(CLOSE_TIMEOUT_MS, this.worker.close(!canCloseRegularly));
  }

  private async whenEmpty(): Promise<void> {
    while (this.deliveries.size > 0) await Promise.allSettled([...this.deliveries].map(({ ended }) => ended));
  }

  private room(): number {
    return this.isStopping ? 0 : this.options.concurrency - this.deliveries.size;
  }

  private take(entry: Entry): void {
    const payload = executions.payload.safeParse(entry.job.data);
    if (!payload.success) return this.remove(entry);
    const { executionId } = payload.data;
    const stop = new AbortController();
    const earlier = this.latest.get(executionId);
    earlier?.stop.abort('lease_lost' satisfies StopReason);
    if (this.isStopping) stop.abort('hand_over' satisfies StopReason);
    const delivery: Delivery = { ...entry, executionId, stop, ended: Promise.resolve() };
    this.deliveries.add(delivery);
    this.latest.set(executionId, delivery);
    delivery.ended = this.deliver(delivery, earlier?.ended).finally(() => this.fetcher.wake());
  }

  /** It names no execution, so no worker can handle it. */
  private remove({ job, token }: Entry): void {
    this.options.onError(new Error(`removed the queue entry ${job.id}: it names no execution`));
    job.moveToCompleted(undefined, token, false).catch((error: Error) => this.options.onError(error));
  }

  /** Never throws. */
  private async deliver(delivery: Delivery, earlier: Promise<void> | undefined): Promise<void> {
    await earlier;
    const outcome = await this.handle(delivery);
    // Another worker has the entry, or it is gone.
    const next =
      delivery.stop.signal.reason === 'lease_lost'
        ? null
        : await settleEntry(delivery, outcome, this.settling);
    this.deliveries.delete(delivery);
    if (this.latest.get(delivery.executionId) === delivery) this.latest.delete(delivery.executionId);
    if (next) this.take(next);
  }

  private async handle(delivery: Delivery): Promise<ConsumeOutcome> {
    const lease: QueueLease = {
      leftMs: () => LOCK_DURATION_MS - (performance.now() - delivery.lockedAtMs),
      renew: () => renew(delivery),
    };
    try {
      return await this.options.handle(delivery.executionId, lease, delivery.stop.signal);
    } catch (error) {
      this.options.onError(error as Error);
      return { kind: 'retry', inMs: FAILED_RETRY_MS };
    }
  }

  /** Waits through an outage of Redis; the first answer after it says which locks were lost. */
  private async renewLocks(): Promise<void> {
    const held = [...this.deliveries].filter(({ stop }) => !stop.signal.aborted);
    if (this.isRenewing || held.length === 0) return;
    this.isRenewing = true;
    try {
      const askedAtMs = performance.now();
      const [jobIds, tokens] = [held.map(jobIdOf), held.map(({ token }) => token)];
      const lost = new Set(await this.worker.extendJobLocks(jobIds, tokens, LOCK_DURATION_MS));
      for (const delivery of held) {
        if (lost.has(jobIdOf(delivery))) delivery.stop.abort('lease_lost' satisfies StopReason);
        else delivery.lockedAtMs = askedAtMs;
      }
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

async function renew(delivery: Delivery): Promise<boolean> {
  const askedAtMs = performance.now();
  const isRenewed = (await delivery.job.extendLock(delivery.token, LOCK_DURATION_MS)) === 1;
  if (isRenewed) delivery.lockedAtMs = askedAtMs;
  return isRenewed;
}

function jobIdOf({ job }: Entry): string {
  return job.id ?? '';
}

/** Whether `work` succeeds within the timeout. */
async function within(timeoutMs: number, work: Promise<unknown>): Promise<boolean> {
  const succeeded = work.then(
    () => true,
    () => false,
  );
  return await withTimeout(succeeded, timeoutMs, () => false, { unref: true });
}
