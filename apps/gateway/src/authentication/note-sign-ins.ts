import type { SignInsStore } from '@app/database';
import type { User } from '@app/domain';
import type { Logger } from '@app/platform';
import { BoundedMap } from '@app/timing';

const AGAIN_MS = 60_000;
const MAX_REMEMBERED = 10_000;

/**
 * Stores the users that the plugin identifies: when a schedule fires, the scheduler checks its owner against the last
 * stored sign-in. Writes an unchanged user once a minute.
 */
export class NoteSignIns {
  /** By email. */
  private readonly noted = new BoundedMap<string, { what: string; atMs: number }>({
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
    const known = this.noted.get(user.email);
    if (known?.what === what && this.now() - known.atMs < AGAIN_MS) return;
    this.noted.set(user.email, { what, atMs: this.now() });
    this.store.note(user, this.plugin).catch((err: unknown) => {
      this.noted.delete(user.email);
      this.logger.warn({ err, email: user.email }, 'could not store a sign-in');
    });
  }
}
