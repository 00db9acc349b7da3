import { createHash } from 'node:crypto';
import { CREDENTIALS_HINT } from '@app/contract';
import { AppError, type User } from '@app/domain';
import { BoundedMap } from '@app/timing';
import type { BrowserSessions } from './browser-sessions.js';
import { readCredentials, type Credentials } from './credentials.js';
import type { DistinctHeaders } from './distinct-headers.js';
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
    private readonly sessions: Pick<BrowserSessions, 'find'>,
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
    return this.identify(headers, (credentials) => this.findWithin(credentials, address));
  }

  /** As `admit`, for credentials that are not in the headers. Null: there is no such active user. */
  async admitCredentials(credentials: Credentials, address: string): Promise<User | null> {
    const user = await this.findWithin(credentials, address);
    return user?.active ? user : null;
  }

  /** Identifies a user who was admitted before. A failure does not count towards the limits. */
  async authenticate(headers: DistinctHeaders): Promise<User> {
    return this.identify(headers, (credentials) => this.find(credentials, keyOf(credentials)));
  }

  /** Call it after accounts have changed, so that the change takes effect in this process at once. */
  forget(): void {
    this.remembered.clear();
  }

  private async identify(
    headers: DistinctHeaders,
    find: (credentials: Credentials) => Promise<User | null>,
  ): Promise<User> {
    if (this.groupsOfEveryone) return anonymousUser(headers, this.groupsOfEveryone);
    const credentials = readCredentials(headers);
    const user = credentials && (await find(credentials));
    if (user?.active) return user;
    if (credentials && 'session' in credentials) {
      throw new AppError('unauthenticated', 'Your session has ended.', { hint: 'Sign in again.' });
    }
    throw wrongCredentials(credentials && this.sources.hintFor(credentials.token));
  }

  private findWithin(credentials: Credentials, address: string): Promise<User | null> {
    const key = keyOf(credentials);
    const isSession = 'session' in credentials;
    const identity = isSession ? null : credentials.email;
    const kind = isSession ? 'account' : this.sources.kindOf(credentials.token);
    return this.limits.guard({ key, address, identity, kind }, () => this.find(credentials, key));
  }

  private find(credentials: Credentials, key: string): Promise<User | null> {
    const known = this.remembered.use(key);
    if (known && known.until > this.now()) return known.user;
    const user =
      'session' in credentials
        ? this.sessions.find(credentials.session)
        : this.sources.find(credentials.email, credentials.token);
    const entry = { user, until: this.now() + KNOWN_USER_MS };
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

/** @param hint null: the usual one */
export function wrongCredentials(hint: string | null): AppError {
  return new AppError('unauthenticated', 'The email or the access token is missing or wrong.', {
    hint: hint ?? CREDENTIALS_HINT,
  });
}

function keyOf(credentials: Credentials): string {
  return createHash('sha256').update(JSON.stringify(credentials)).digest('base64');
}

function anonymousUser(headers: DistinctHeaders, groups: readonly string[]): User {
  const email = headers['email-id']?.[0]?.trim().slice(0, 320) || 'anonymous';
  return { email, name: email, active: true, groups };
}
