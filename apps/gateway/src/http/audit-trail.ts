import type { AuditEntry, AuditStore } from '@app/database';
import type { GatewayLog } from './gateway-log.js';

/** Refusals beyond this are counted, not written: nobody fills the table by guessing tokens. */
const MOST_REFUSALS_PER_SECOND = 20;

/** Writes down who did what, and who was not let. */
export class AuditTrail {
  private readonly writing = new Set<Promise<void>>();
  private windowStart = -Infinity;
  private refusalsInWindow = 0;
  private dropped = 0;

  constructor(
    private readonly store: Pick<AuditStore, 'append'>,
    private readonly log: GatewayLog,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Call it before the change: one that can't be written down is not made. @throws what the database throws */
  async record(entry: AuditEntry): Promise<void> {
    await this.store.append(entry);
  }

  /** For a change that is on record by itself (an execution's row): does not keep anybody waiting. Never throws. */
  note(entry: AuditEntry): void {
    const write = this.store
      .append(entry)
      .catch((err: unknown) => this.log.logger.error({ err, entry }, 'an audit entry could not be written'))
      .finally(() => this.writing.delete(write));
    this.writing.add(write);
  }

  /** Never throws. */
  noteRefusal(entry: AuditEntry): void {
    const now = this.now();
    if (now - this.windowStart >= 1_000) this.startWindow(now);
    this.refusalsInWindow += 1;
    if (this.refusalsInWindow > MOST_REFUSALS_PER_SECOND) this.dropped += 1;
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
    this.refusalsInWindow = 0;
  }

  private reportDropped(): void {
    if (this.dropped === 0) return;
    this.log.logger.warn({ dropped: this.dropped }, 'refusals that were too many to be audited one by one');
    this.dropped = 0;
  }
}
