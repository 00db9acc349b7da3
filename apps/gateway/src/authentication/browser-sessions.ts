import type { BrowserSessionsStore, SessionCredentials } from '@app/database';
import { isSameEmail, type User } from '@app/domain';
import type { UserSources } from './user-sources.js';

/** Finds who is signed in in a browser. Asks the source of the user each time, so that a session ends with its credential. */
export class BrowserSessions {
  constructor(
    private readonly store: Pick<BrowserSessionsStore, 'find' | 'recordUse'>,
    private readonly sources: Pick<UserSources, 'find' | 'findOwnerOf' | 'bindToSession'>,
  ) {}

  /** @returns null: the session has ended. @throws AppError `unavailable`, and what the database throws */
  async find(secret: string): Promise<User | null> {
    const session = await this.store.find(secret);
    const user = session && (await this.findUser(session.credentials));
    if (!session || !user?.active || !isSameEmail(user.email, session.email)) return null;
    this.sources.bindToSession(user, session);
    // Informational but for the idle limit: do not wait for the write or fail with it.
    this.store.recordUse(session.id).catch(() => undefined);
    return user;
  }

  private findUser(credentials: SessionCredentials): Promise<User | null> {
    return credentials.kind === 'token'
      ? this.sources.findOwnerOf(credentials.tokenId)
      : this.sources.find(credentials.email, credentials.token);
  }
}
