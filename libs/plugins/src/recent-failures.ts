/** When each of many keys last failed, within a minute. Bounded: the keys that have not failed for longest go first. */
export class RecentFailures {
  private readonly timesByKey = new Map<string, number[]>();

  constructor(
    private readonly windowMs: number,
    private readonly limit: number,
    private readonly maxKeys: number,
  ) {}

  note(key: string, nowMs: number): void {
    // Older ones than `limit` say nothing more.
    const times = [...this.within(key, nowMs), nowMs].slice(-this.limit);
    this.timesByKey.delete(key);
    this.timesByKey.set(key, times);
    if (this.timesByKey.size <= this.maxKeys) return;
    const [oldest] = this.timesByKey.keys();
    if (oldest !== undefined) this.timesByKey.delete(oldest);
  }

  /** How long until there are fewer than `limit` failures within the window; 0 if that is so now. */
  waitMs(key: string, nowMs: number): number {
    const times = this.within(key, nowMs);
    const [first] = times;
    return first === undefined || times.length < this.limit ? 0 : first + this.windowMs - nowMs;
  }

  private within(key: string, nowMs: number): number[] {
    const times = this.timesByKey.get(key) ?? [];
    return times.filter((atMs) => atMs > nowMs - this.windowMs);
  }
}
