import type { SignInsStore } from '@app/database';
import type { User } from '@app/domain';
import type { Logger } from '@app/platform';
import { BoundedMap } from '@app/timing';

const REWRITE_INTERVAL_MS = 60_000;
const MAX_REMEMBERED = 10_000;

/**
 * Stores the users that the plugin identifies: when a schedule fires, the scheduler checks its owner against the last
 * stored sign-in. Writes an unchanged user at most once a minute.
 */
export class RecordSignIns {
  /** By email. */
  private readonly recorded = new BoundedMap<string, { what: string; atMs: number }>({
    maxSize: MAX_REMEMBERED,
  });

  constructor(
    private readonly store: Pick<SignInsStore, 'note'>,
    private readonly plugin: string,
    private readonly logger: Logger,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Writes in the background. Never throws. */
  note(user: User): void {
    const what = JSON.stringify([user.active, user.groups]);
    const known = this.recorded.get(user.email);
    if (known?.what === what && this.now() - known.atMs < REWRITE_INTERVAL_MS) return;
    this.recorded.set(user.email, { what, atMs: this.now() });
    this.store.note(user, this.plugin).catch((err: unknown) => {
      this.recorded.delete(user.email);
      this.logger.warn({ err, email: user.email }, 'could not store a sign-in');
    });
  }
}
