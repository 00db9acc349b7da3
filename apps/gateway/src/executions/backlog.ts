import type { ExecutionsStore, IdempotencyKey, MetricsStore } from '@app/database';
import { AppError } from '@app/domain';

const FRESH_MS = 2_000;
/** An older count is ignored. */
const USABLE_MS = 10_000;

/** The fraction of the limit that one user may have, who thus cannot keep all others from submitting. */
const MAX_USER_FRACTION = 0.5;

/**
 * Limits how many executions wait in the queue, or for a slot or a share. Counts in the background, about every two
 * seconds, so that no request waits for the count.
 */
export class Backlog {
  private latest: { byUser: ReadonlyMap<string, number>; sum: number; at: number } | null = null;
  private isCounting = false;

  constructor(
    private readonly store: Pick<MetricsStore, 'countWaiting'>,
    private readonly executions: Pick<ExecutionsStore, 'isKeyTaken'>,
    private readonly limit: number,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /**
   * Accepts a repeated request, whose execution is already counted.
   * @throws AppError `too_many_requests` past the limit, or past the user’s part of it
   */
  async throwIfFull(userEmail: string, idempotency: IdempotencyKey | null): Promise<void> {
    const reason = this.describeFull(userEmail);
    if (reason === null) return;
    if (idempotency && (await this.executions.isKeyTaken(idempotency))) return;
    throw new AppError('too_many_requests', reason, { hint: 'Try again in a few seconds.' });
  }

  private describeFull(userEmail: string): string | null {
    const ageMs = this.latest ? this.now() - this.latest.at : Infinity;
    if (ageMs >= FRESH_MS) void this.count();
    if (this.latest === null || ageMs >= USABLE_MS) return null;
    const { byUser, sum } = this.latest;
    if (sum >= this.limit) return `The limit of ${this.limit} waiting executions is reached.`;
    const ofUser = byUser.get(userEmail) ?? 0;
    if (ofUser < this.limit * MAX_USER_FRACTION) return null;
    return `${ofUser} of your executions are waiting. One user may have half of the limit of ${this.limit}.`;
  }

  private async count(): Promise<void> {
    if (this.isCounting) return;
    this.isCounting = true;
    try {
      const byUser = await this.store.countWaiting(this.limit);
      const sum = [...byUser.values()].reduce((total, count) => total + count, 0);
      this.latest = { byUser, sum, at: this.now() };
    } catch {
      this.latest = null;
    } finally {
      this.isCounting = false;
    }
  }
}
