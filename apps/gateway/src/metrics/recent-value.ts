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
  private inFlight = false;
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
    let timer: NodeJS.Timeout | undefined;
    const tooLong = new Promise<null>((resolve) => {
      timer = setTimeout(() => resolve(null), this.waitMs);
    });
    const value = await Promise.race([this.latestRead(), tooLong]);
    clearTimeout(timer);
    return value;
  }

  private latestRead(): Promise<T | null> {
    const at = this.now();
    if (this.latest && (this.inFlight || at - this.latest.at < this.maxAgeMs)) return this.latest.value;
    this.inFlight = true;
    const value = this.readOnce().finally(() => (this.inFlight = false));
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
