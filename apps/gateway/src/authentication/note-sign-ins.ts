import type { SignInsStore } from '@app/database';
import type { User } from '@app/domain';
import type { Logger } from '@app/platform';
import { BoundedMap } from '@app/timing';

const AGAIN_MS = 60_000;
const MAX_REMEMBERED = 10_000;

/**
 * Writes down who the plugin says that people are: what schedulers know of the owner of a schedule, who is not there
 * when it fires. What has not changed is written once a minute for each person.
 */
export class NoteSignIns {
  /** By e-mail. */
  private readonly noted = new BoundedMap<string, { what: string; atMs: number }>({
    maxSize: MAX_REMEMBERED,
  });

  constructor(
    private readonly store: Pick<SignInsStore, 'note'>,
    private readonly plugin: string,
    private readonly logger: Logger,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Never throws, and keeps nobody waiting. */
  note(user: User): void {
    const what = JSON.stringify([user.active, user.groups]);
    const known = this.noted.get(user.email);
    if (known?.what === what && this.now() - known.atMs < AGAIN_MS) return;
    this.noted.set(user.email, { what, atMs: this.now() });
    this.store.note(user, this.plugin).catch((err: unknown) => {
      this.noted.delete(user.email);
      this.logger.warn({ err, email: user.email }, 'a sign-in could not be noted');
    });
  }
}
