export interface KeepingRules {
  /** Younger than this it is given out without a question. */
  freshMs: number;
  /** Up to this age it stands in while no newer one can be had. */
  usableMs: number;
  /** How long a failure stands for the next ones. */
  rememberFailureMs: number;
  /** The same while there is a value to go on with. */
  pauseAfterFailureMs: number;
}

/** Something that is fetched when it is needed, kept, and outlives the absence of where it comes from. */
export class KeptValue<T> {
  private kept: { value: T; fetchedAtMs: number } | null = null;
  private failure: { error: unknown; atMs: number } | null = null;
  private underWay: Promise<T> | null = null;

  constructor(
    private readonly fetchValue: () => Promise<T>,
    private readonly rules: KeepingRules,
    private readonly now: () => number,
  ) {}

  /** The value, fetched if need be. @throws what fetching threw, if there is no usable value */
  async get(): Promise<T> {
    const { kept } = this;
    if (kept && this.ageMs(kept.fetchedAtMs) < this.rules.freshMs) return kept.value;
    try {
      return await this.fetchOnce();
    } catch (err) {
      if (kept && this.ageMs(kept.fetchedAtMs) < this.rules.usableMs) return kept.value;
      throw err;
    }
  }

  /**
   * A newer value than `known`, or null if there is none: it is what we have, and it was fetched, less than
   * `cooldownMs` ago. @throws what fetching threw
   */
  async getNewerThan(known: T, cooldownMs: number): Promise<T | null> {
    if (this.kept && this.kept.value !== known) return this.kept.value;
    if (!this.underWay && this.kept && this.ageMs(this.kept.fetchedAtMs) < cooldownMs) return null;
    return await this.fetchOnce();
  }

  private async fetchOnce(): Promise<T> {
    if (this.underWay) return await this.underWay;
    const waitMs = this.kept ? this.rules.pauseAfterFailureMs : this.rules.rememberFailureMs;
    if (this.failure && this.ageMs(this.failure.atMs) < waitMs) throw this.failure.error;
    this.underWay = this.fetchAndKeep().finally(() => {
      this.underWay = null;
    });
    return await this.underWay;
  }

  private async fetchAndKeep(): Promise<T> {
    try {
      const value = await this.fetchValue();
      this.kept = { value, fetchedAtMs: this.now() };
      this.failure = null;
      return value;
    } catch (error) {
      this.failure = { error, atMs: this.now() };
      throw error;
    }
  }

  /** A clock that was set back makes things old rather than young forever. */
  private ageMs(atMs: number): number {
    const ageMs = this.now() - atMs;
    return ageMs < 0 ? Infinity : ageMs;
  }
}
