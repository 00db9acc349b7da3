import { BoundedMap } from '@app/timing';

/** The times of recent failures per key, within a minute. Bounded: the keys whose last failure is oldest are dropped first. */
export class RecentFailures {
  private readonly timesByKey: BoundedMap<string, number[]>;

  constructor(
    private readonly windowMs: number,
    private readonly limit: number,
    maxKeys: number,
  ) {
    this.timesByKey = new BoundedMap({ maxSize: maxKeys });
  }

  note(key: string, nowMs: number): void {
    // Failures beyond `limit` add no information.
    const times = [...this.within(key, nowMs), nowMs].slice(-this.limit);
    this.timesByKey.set(key, times);
  }

  /** Milliseconds until the window holds fewer than `limit` failures. 0 if it already does. */
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
