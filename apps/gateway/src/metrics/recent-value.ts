import { SingleFlight, withTimeout } from '@app/timing';

export interface RecentValueOptions {
  /** A value this young is given again; so is a failure. */
  maxAgeMs: number;
  /** How long to wait for a read before the answer is that the value is not known. */
  waitMs: number;
  /** Monotonic, in ms. */
  now?: () => number;
}

/** Something that costs a query, read rarely however often it is asked for, and never twice at once. */
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

  /** Null: could not be read, or not in time. Never throws. */
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
