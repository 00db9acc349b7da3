import { SingleFlight, withTimeout } from '@app/timing';

export interface RecentValueOptions {
  /** How long the result of a read is reused, even if it failed. */
  maxAgeMs: number;
  /** How long `get` waits for a read before it returns null. */
  waitMs: number;
  /** Monotonic, in ms. */
  now?: () => number;
}

/** Caches a value that costs a query: reads it at most once per `maxAgeMs`, and never twice at the same time. */
export class RecentValue<T> {
  private latest: { at: number; value: Promise<T | null> } | null = null;
  private readonly reading = new SingleFlight<T | null>();
  private readonly maxAgeMs: number;
  private readonly waitMs: number;
  private readonly now: () => number;

  constructor(
    private readonly read: () => Promise<T>,
    { maxAgeMs, waitMs, now = () => performance.now() }: RecentValueOptions,
  ) {
    this.maxAgeMs = maxAgeMs;
    this.waitMs = waitMs;
    this.now = now;
  }

  /** Null: the read failed or took too long. Never throws. */
  async get(): Promise<T | null> {
    return await withTimeout(this.latestRead(), this.waitMs, () => null);
  }

  private latestRead(): Promise<T | null> {
    const at = this.now();
    const { latest, reading } = this;
    if (latest && (reading.isRunning || at - latest.at < this.maxAgeMs)) return latest.value;
    const value = reading.run(() => this.readOnce());
    this.latest = { at, value };
    return value;
  }

  private async readOnce(): Promise<T | null> {
    try {
      return await this.read();
    } catch {
      return null;
    }
  }
}
