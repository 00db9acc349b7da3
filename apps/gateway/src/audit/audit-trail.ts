import type { AuditEntry, AuditStore } from '@app/database';
import { AppError } from '@app/domain';
import type { Logger } from '@app/platform';

/**
 * Per actor; all unauthenticated clients count as one. Further refusals are counted but not written, so that guessing
 * tokens cannot fill the table, and a noisy actor cannot hide another one.
 */
const MAX_REFUSALS_PER_SECOND = 20;

/** Records changes and refusals. */
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

  /** Call it before the change: a change that cannot be recorded must not happen. @throws what the database throws */
  async record(entry: AuditEntry): Promise<void> {
    await this.store.append(entry);
  }

  /**
   * Records a change, then makes it. If the change is refused, adds a second row that says why.
   * @throws what `change` throws, and as `record` does
   */
  async recordChange<T>(entry: Omit<AuditEntry, 'allowed'>, change: () => Promise<T>): Promise<T> {
    await this.record({ ...entry, allowed: true });
    return this.noteIfRefused(entry, change);
  }

  /**
   * Makes a change that records itself in its own transaction. If it is refused, adds a row that says why.
   * @throws what `change` throws
   */
  async noteIfRefused<T>(entry: Omit<AuditEntry, 'allowed'>, change: () => Promise<T>): Promise<T> {
    try {
      return await change();
    } catch (error) {
      if (error instanceof AppError && error.code !== 'unavailable') {
        this.note({ ...entry, allowed: false, details: { ...entry.details, code: error.code } });
      }
      throw error;
    }
  }

  /** Writes in the background, for a change that has a row of its own (an execution). Never throws. */
  note(entry: AuditEntry): void {
    const write = this.store
      .append(entry)
      .catch((err: unknown) => this.logger.error({ err, entry }, 'could not write an audit entry'))
      .finally(() => this.writing.delete(write));
    this.writing.add(write);
  }

  /** Writes in the background, up to the limit. Never throws. */
  noteRefusal(entry: AuditEntry): void {
    const now = this.now();
    if (now - this.windowStart >= 1_000) this.startWindow(now);
    const refusals = (this.refusalsInWindow.get(entry.actor) ?? 0) + 1;
    this.refusalsInWindow.set(entry.actor, refusals);
    if (refusals > MAX_REFUSALS_PER_SECOND) this.dropped += 1;
    else this.note(entry);
  }

  /** Resolves when every pending write has succeeded or failed. */
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
    this.logger.warn({ dropped: this.dropped }, 'refusals not audited: over the limit per second');
    this.dropped = 0;
  }
}
