import { createHash } from 'node:crypto';
import { AppError, type User } from '@app/domain';
import { BoundedMap } from '@app/timing';
import { readCredentials, type Credentials, type DistinctHeaders } from './credentials.js';
import type { LoginLimits } from './login-limits.js';
import type { UserSources } from './user-sources.js';

const KNOWN_MS = 5_000;
const UNKNOWN_MS = 2_000;
const MAX_REMEMBERED = 10_000;

interface Remembered {
  user: Promise<User | null>;
  until: number;
}

/** Finds out who is asking. Answers are remembered for seconds, under a hash, so that a poll costs no query. */
export class Authenticator {
  private readonly remembered = new BoundedMap<string, Remembered>({ maxSize: MAX_REMEMBERED });

  constructor(
    private readonly sources: Pick<UserSources, 'find'>,
    private readonly limits: Pick<LoginLimits, 'guard'>,
    /** Null: authentication is on. Else the groups that everybody is in. */
    private readonly groupsOfEverybody: readonly string[] | null,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /**
   * Who makes a request from this address.
   * @throws AppError `unauthenticated` if the credentials are missing, wrong, or of an inactive user;
   * `too_many_requests` after too many wrong ones; `unavailable`
   */
  async admit(headers: DistinctHeaders, address: string): Promise<User> {
    return this.identify(headers, (credentials, key) =>
      this.limits.guard(key, address, credentials.email, () => this.find(credentials, key)),
    );
  }

  /** The same for somebody who was admitted before and is asked again: a failure is nobody's guess. */
  async authenticate(headers: DistinctHeaders): Promise<User> {
    return this.identify(headers, (credentials, key) => this.find(credentials, key));
  }

  /** For after a change of accounts: it takes effect here at once. */
  forget(): void {
    this.remembered.clear();
  }

  private async identify(
    headers: DistinctHeaders,
    find: (credentials: Credentials, key: string) => Promise<User | null>,
  ): Promise<User> {
    if (this.groupsOfEverybody) return somebody(headers, this.groupsOfEverybody);
    const credentials = readCredentials(headers);
    const user = credentials && (await find(credentials, keyOf(credentials)));
    if (user?.active) return user;
    throw new AppError('unauthenticated', 'The e-mail or the access token is missing or wrong.', {
      hint: 'Send Email-Id and Access-Token, or Authorization: Bearer.',
    });
  }

  private find({ email, token }: Credentials, key: string): Promise<User | null> {
    const known = this.remembered.use(key);
    if (known && known.until > this.now()) return known.user;
    const entry = { user: this.sources.find(email, token), until: this.now() + KNOWN_MS };
    this.remembered.set(key, entry);
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
}

function keyOf(credentials: Credentials): string {
  return createHash('sha256').update(JSON.stringify(credentials)).digest('base64');
}

function somebody(headers: DistinctHeaders, groups: readonly string[]): User {
  const email = headers['email-id']?.[0]?.trim().slice(0, 320) || 'anonymous';
  return { email, name: email, active: true, groups };
}
