import type { AuditEntry, AuditStore } from '@app/database';
import { AppError } from '@app/domain';
import type { Logger } from '@app/platform';

/**
 * Refusals beyond this are counted, not written: nobody fills the table by guessing tokens. Of each actor (strangers are
 * one together), so that nobody hides behind what others cause.
 */
const MAX_REFUSALS_PER_SECOND = 20;

/** Writes down who did what, and who was not let. */
export class AuditTrail {
  private readonly writing = new Set<Promise<void>>();
  private windowStart = -Infinity;
  private readonly refusalsInWindow = new Map<string, number>();
  private dropped = 0;

  constructor(
    private readonly store: Pick<AuditStore, 'append'>,
    private readonly logger: Logger,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Call it before the change: one that can't be written down is not made. @throws what the database throws */
  async record(entry: AuditEntry): Promise<void> {
    await this.store.append(entry);
  }

  /**
   * Records a change, then makes it. If it turns out to be refused, that is noted too: the first row says what was
   * begun, the second one why nothing came of it. @throws what `change` throws, and as `record` does
   */
  async recordChange<T>(entry: Omit<AuditEntry, 'allowed'>, change: () => Promise<T>): Promise<T> {
    await this.record({ ...entry, allowed: true });
    try {
      return await change();
    } catch (error) {
      if (error instanceof AppError && error.code !== 'unavailable') {
        this.note({ ...entry, allowed: false, details: { ...entry.details, code: error.code } });
      }
      throw error;
    }
  }

  /** For a change that is on record by itself (an execution's row): does not keep anybody waiting. Never throws. */
  note(entry: AuditEntry): void {
    const write = this.store
      .append(entry)
      .catch((err: unknown) => this.logger.error({ err, entry }, 'an audit entry could not be written'))
      .finally(() => this.writing.delete(write));
    this.writing.add(write);
  }

  /** Never throws. */
  noteRefusal(entry: AuditEntry): void {
    const now = this.now();
    if (now - this.windowStart >= 1_000) this.startWindow(now);
    const refusals = (this.refusalsInWindow.get(entry.actor) ?? 0) + 1;
    this.refusalsInWindow.set(entry.actor, refusals);
    if (refusals > MAX_REFUSALS_PER_SECOND) this.dropped += 1;
    else this.note(entry);
  }

  /** Resolves when all that was noted is written, or could not be. */
  async drain(): Promise<void> {
    await Promise.allSettled(this.writing);
    this.reportDropped();
  }

  private startWindow(now: number): void {
    this.reportDropped();
    this.windowStart = now;
    this.refusalsInWindow.clear();
  }

  private reportDropped(): void {
    if (this.dropped === 0) return;
    this.logger.warn({ dropped: this.dropped }, 'refusals that were too many to be audited one by one');
    this.dropped = 0;
  }
}
