import { pauseQuietly, WakeUp } from '@app/timing';
import type { Job, Worker } from 'bullmq';

/** A fetched entry, locked for this process. */
export interface Entry {
  job: Job;
  token: string;
  /** A time, of the monotonic clock, before its lock was set. */
  lockedAtMs: number;
}

export interface FetchOptions {
  worker: Pick<Worker, 'id' | 'getNextJob'>;
  /** How many entries this process can take now. */
  room: () => number;
  onEntry: (entry: Entry) => void;
  onError: (error: Error) => void;
}

/** Fetches at once: several requests share a round trip. */
const MAX_BATCH = 32;
const RETRY_DELAY_MS = 1_000;

/**
 * Fetches entries while there is room for them. BullMQ's own loop fetches all that its concurrency allows before it processes
 * the first one.
 */
export class EntryFetcher {
  private readonly stopping = new AbortController();
  private readonly roomFreed = new WakeUp();
  private tokens = 0;
  readonly ended: Promise<void>;

  constructor(private readonly options: FetchOptions) {
    this.ended = this.loop();
  }

  /** There may be room again. */
  wake(): void {
    this.roomFreed.ring();
  }

  /** Fetches no more. What is being fetched is still passed on. */
  stop(): void {
    this.stopping.abort();
    this.roomFreed.ring();
  }

  private async loop(): Promise<void> {
    const { options, stopping } = this;
    // Doubles while there is enough: of a single entry, 31 requests would come back empty.
    let batch = 1;
    while (!stopping.signal.aborted) {
      const room = options.room();
      if (room <= 0) {
        await this.roomFreed.wait();
        continue;
      }
      const wanted = Math.min(batch, room);
      const fetched = await Promise.all(Array.from({ length: wanted }, () => this.fetch(batch === 1)));
      batch = fetched.every((isFetched) => isFetched) ? Math.min(2 * batch, MAX_BATCH) : 1;
    }
  }

  /** False: there was none. */
  private async fetch(block: boolean): Promise<boolean> {
    const { worker, onEntry, onError } = this.options;
    const token = `${worker.id}:${this.tokens++}`;
    try {
      const askedAtMs = performance.now();
      const job = (await worker.getNextJob(token, { block })) as Job | undefined;
      if (!job) return false;
      onEntry({ job, token, lockedAtMs: askedAtMs });
      return true;
    } catch (error) {
      onError(error as Error);
      await pauseQuietly(RETRY_DELAY_MS, this.stopping.signal);
      return false;
    }
  }
}
