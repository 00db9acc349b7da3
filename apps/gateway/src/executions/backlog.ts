import type { MetricsStore } from '@app/database';
import { AppError } from '@app/domain';

const FRESH_MS = 2_000;
/** A count that is older than this says nothing. */
const USABLE_MS = 10_000;

/**
 * How much waits, in the queue or for a slot or share, known about two seconds late, so that nobody waits for the count.
 */
export class Backlog {
  private latest: { count: number; at: number } | null = null;
  private isCounting = false;

  constructor(
    private readonly store: Pick<MetricsStore, 'countWaiting'>,
    private readonly limit: number,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** @throws AppError `too_many_requests` past the limit */
  throwIfFull(): void {
    const ageMs = this.latest ? this.now() - this.latest.at : Infinity;
    if (ageMs >= FRESH_MS) void this.count();
    if (!this.latest || ageMs >= USABLE_MS || this.latest.count < this.limit) return;
    throw new AppError('too_many_requests', `${this.limit} executions are waiting already.`, {
      hint: 'Try again in a few seconds.',
    });
  }

  private async count(): Promise<void> {
    if (this.isCounting) return;
    this.isCounting = true;
    try {
      this.latest = { count: await this.store.countWaiting(this.limit), at: this.now() };
    } catch {
      this.latest = null;
    } finally {
      this.isCounting = false;
    }
  }
}
