import { SingleFlight } from '@app/timing';

export interface CachePolicy {
  /** A value younger than this is returned without a fetch. */
  freshMs: number;
  /** A value up to this age is used while fetching fails. */
  usableMs: number;
  /** How long a failed fetch is remembered. */
  rememberFailureMs: number;
  /** How long a failed fetch is remembered while a usable value exists. */
  pauseAfterFailureMs: number;
}

/** A value that is fetched on demand, cached, and survives outages of its source. */
export class CachedValue<T> {
  private cached: { value: T; fetchedAtMs: number } | null = null;
  private failure: { error: unknown; atMs: number } | null = null;
  private readonly fetching = new SingleFlight<T>();

  constructor(
    private readonly fetchValue: () => Promise<T>,
    private readonly rules: CachePolicy,
    private readonly now: () => number,
  ) {}

  /** Returns the value, fetching it if needed. @throws the fetch's error if there is no usable value */
  async get(): Promise<T> {
    const { cached } = this;
    if (cached && this.ageMs(cached.fetchedAtMs) < this.rules.freshMs) return cached.value;
    try {
      return await this.fetchOnce();
    } catch (err) {
      if (cached && this.ageMs(cached.fetchedAtMs) < this.rules.usableMs) return cached.value;
      throw err;
    }
  }

  /**
   * Returns a value newer than `known`, or null if `known` is the current value and was fetched less than `cooldownMs` ago.
   * @throws the fetch's error
   */
  async getNewerThan(known: T, cooldownMs: number): Promise<T | null> {
    const { cached } = this;
    if (cached && cached.value !== known) return cached.value;
    if (!this.fetching.isRunning && cached && this.ageMs(cached.fetchedAtMs) < cooldownMs) return null;
    return await this.fetchOnce();
  }

  private async fetchOnce(): Promise<T> {
    const { failure, fetching } = this;
    const waitMs = this.cached ? this.rules.pauseAfterFailureMs : this.rules.rememberFailureMs;
    if (!fetching.isRunning && failure && this.ageMs(failure.atMs) < waitMs) throw failure.error;
    return await fetching.run(() => this.fetchAndCache());
  }

  private async fetchAndCache(): Promise<T> {
    try {
      const value = await this.fetchValue();
      this.cached = { value, fetchedAtMs: this.now() };
      this.failure = null;
      return value;
    } catch (error) {
      this.failure = { error, atMs: this.now() };
      throw error;
    }
  }

  /** If the clock was set back, values count as old instead of staying fresh forever. */
  private ageMs(atMs: number): number {
    const ageMs = this.now() - atMs;
    return ageMs < 0 ? Infinity : ageMs;
  }
}
