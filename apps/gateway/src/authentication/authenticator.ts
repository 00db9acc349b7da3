import { createHash } from 'node:crypto';
import { CREDENTIALS_HINT } from '@app/contract';
import { AppError, type User } from '@app/domain';
import { BoundedMap } from '@app/timing';
import { readCredentials, type Credentials, type DistinctHeaders } from './credentials.js';
import type { LoginLimits } from './login-limits.js';
import type { UserSources } from './user-sources.js';

const KNOWN_USER_MS = 5_000;
const UNKNOWN_USER_MS = 2_000;
const MAX_REMEMBERED = 10_000;

interface CachedUser {
  user: Promise<User | null>;
  until: number;
}

/** Identifies the user of a request. Caches users for seconds under a hash of their credentials, so that polling costs no query. */
export class Authenticator {
  private readonly remembered = new BoundedMap<string, CachedUser>({ maxSize: MAX_REMEMBERED });

  constructor(
    private readonly sources: Pick<UserSources, 'find' | 'kindOf' | 'hintFor'>,
    private readonly limits: Pick<LoginLimits, 'guard'>,
    /** Null: authentication is on. Otherwise the groups that every caller is a member of. */
    private readonly groupsOfEveryone: readonly string[] | null,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /**
   * Identifies the user of a request from this address.
   * @throws AppError `unauthenticated` if the credentials are missing, wrong, or of an inactive user;
   * `too_many_requests` if they are wrong after too many wrong ones; `unavailable`
   */
  async admit(headers: DistinctHeaders, address: string): Promise<User> {
    return this.identify(headers, (credentials, key) => {
      const { email: identity, token } = credentials;
      const attempt = { key, address, identity, kind: this.sources.kindOf(token) };
      return this.limits.guard(attempt, () => this.find(credentials, key));
    });
  }

  /** Identifies a user who was admitted before. A failure does not count towards the limits. */
  async authenticate(headers: DistinctHeaders): Promise<User> {
    return this.identify(headers, (credentials, key) => this.find(credentials, key));
  }

  /** Call it after accounts have changed, so that the change takes effect in this process at once. */
  forget(): void {
    this.remembered.clear();
  }

  private async identify(
    headers: DistinctHeaders,
    find: (credentials: Credentials, key: string) => Promise<User | null>,
  ): Promise<User> {
    if (this.groupsOfEveryone) return anonymousUser(headers, this.groupsOfEveryone);
    const credentials = readCredentials(headers);
    const user = credentials && (await find(credentials, keyOf(credentials)));
    if (user?.active) return user;
    throw new AppError('unauthenticated', 'The email or the access token is missing or wrong.', {
      hint: (credentials && this.sources.hintFor(credentials.token)) ?? CREDENTIALS_HINT,
    });
  }

  private find({ email, token }: Credentials, key: string): Promise<User | null> {
    const known = this.remembered.use(key);
    if (known && known.until > this.now()) return known.user;
    const entry = { user: this.sources.find(email, token), until: this.now() + KNOWN_USER_MS };
    this.remembered.set(key, entry);
    entry.user.then(
      (user) => {
        if (user === null) entry.until = Math.min(entry.until, this.now() + UNKNOWN_USER_MS);
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

function anonymousUser(headers: DistinctHeaders, groups: readonly string[]): User {
  const email = headers['email-id']?.[0]?.trim().slice(0, 320) || 'anonymous';
  return { email, name: email, active: true, groups };
}
