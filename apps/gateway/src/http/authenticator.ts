import { createHash } from 'node:crypto';
import type { AccountsStore } from '@app/database';
import { AppError, type User } from '@app/domain';
import { readCredentials, type Credentials, type DistinctHeaders } from './credentials.js';

const KNOWN_MS = 5_000;
const UNKNOWN_MS = 2_000;
const MOST_REMEMBERED = 10_000;

interface Remembered {
  user: Promise<User | null>;
  until: number;
}

/** Finds out who is asking. Answers are remembered for seconds, under a hash, so that a poll costs no query. */
export class Authenticator {
  /** Least recently used first. */
  private readonly remembered = new Map<string, Remembered>();

  constructor(
    private readonly accounts: Pick<AccountsStore, 'authenticate' | 'noteTokenUse'>,
    /** Null: authentication is on. Else the groups that everybody is in. */
    private readonly groupsOfEverybody: readonly string[] | null,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** @throws AppError `unauthenticated` if the credentials are missing, wrong, or of an inactive user */
  async authenticate(headers: DistinctHeaders): Promise<User> {
    if (this.groupsOfEverybody) return somebody(headers, this.groupsOfEverybody);
    const credentials = readCredentials(headers);
    const user = credentials && (await this.find(credentials));
    if (user?.active) return user;
    throw new AppError('unauthenticated', 'The e-mail or the access token is missing or wrong.', {
      hint: 'Send Email-Id and Access-Token, or Authorization: Bearer.',
    });
  }

  private find(credentials: Credentials): Promise<User | null> {
    const key = createHash('sha256').update(JSON.stringify(credentials)).digest('base64');
    const known = this.remembered.get(key);
    if (known && known.until > this.now()) {
      this.remembered.delete(key);
      this.remembered.set(key, known);
      return known.user;
    }
    const entry = { user: this.lookUp(credentials), until: this.now() + KNOWN_MS };
    this.remember(key, entry);
    entry.user.then(
      (user) => {
        if (user === null) entry.until = Math.min(entry.until, this.now() + UNKNOWN_MS);
      },
      () => {
        if (this.remembered.get(key) === entry) this.remembered.delete(key);
      },
    );
    return entry.user;
  }

  private remember(key: string, entry: Remembered): void {
    this.remembered.delete(key);
    this.remembered.set(key, entry);
    if (this.remembered.size <= MOST_REMEMBERED) return;
    const [oldest] = this.remembered.keys();
    if (oldest !== undefined) this.remembered.delete(oldest);
  }

  private async lookUp({ email, token }: Credentials): Promise<User | null> {
    const user = await this.accounts.authenticate(email, token);
    // When a token was last used is good to know, not worth waiting or failing for.
    if (user?.active) this.accounts.noteTokenUse(token).catch(() => undefined);
    return user;
  }
}

function somebody(headers: DistinctHeaders, groups: readonly string[]): User {
  const email = headers['email-id']?.[0]?.trim().slice(0, 320) || 'anonymous';
  return { email, name: email, active: true, groups };
}
