import type { ExecutionsStore, IdempotencyKey, MetricsStore } from '@app/database';
import { AppError } from '@app/domain';

const FRESH_MS = 2_000;
/** A count that is older than this says nothing. */
const USABLE_MS = 10_000;

/** Of the limit, for one user: nobody keeps all others from submitting. */
const PART_OF_A_USER = 0.5;

/**
 * How much waits, in the queue or for a slot or share, known about two seconds late, so that nobody waits for the count.
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
   * A repeated request, whose execution waits already, is let through.
   * @throws AppError `too_many_requests` past the limit, or past the user's part of it
   */
  async throwIfFull(userEmail: string, idempotency: IdempotencyKey | null): Promise<void> {
    const reason = this.whyFull(userEmail);
    if (reason === null) return;
    if (idempotency && (await this.executions.isKeyTaken(idempotency))) return;
    throw new AppError('too_many_requests', reason, { hint: 'Try again in a few seconds.' });
  }

  private whyFull(userEmail: string): string | null {
    const ageMs = this.latest ? this.now() - this.latest.at : Infinity;
    if (ageMs >= FRESH_MS) void this.count();
    if (this.latest === null || ageMs >= USABLE_MS) return null;
    const { byUser, sum } = this.latest;
    if (sum >= this.limit) return `${this.limit} executions are waiting already.`;
    const ofUser = byUser.get(userEmail) ?? 0;
    if (ofUser < this.limit * PART_OF_A_USER) return null;
    return `${ofUser} executions of yours are waiting already, and ${this.limit} of all may.`;
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
