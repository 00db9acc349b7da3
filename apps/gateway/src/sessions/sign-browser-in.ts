import type { BodyOf } from '@app/contract';
import type {
  AccountsStore,
  BrowserSessionRecord,
  BrowserSessionsStore,
  SessionCredentials,
} from '@app/database';
import { AppError, type User } from '@app/domain';
import { notByWorkloads } from '../accounts/change-tokens.js';
import type { AuditTrail } from '../audit/audit-trail.js';
import { wrongCredentials, type Authenticator } from '../authentication/authenticator.js';
import type { AccessNews } from '../authentication/access-news.js';
import type { Caller } from '../authentication/caller.js';
import { earlierOf } from '../authentication/credential.js';
import type { UserSources } from '../authentication/user-sources.js';

export interface SignBrowserInDependencies {
  sessions: BrowserSessionsStore;
  accounts: Pick<AccountsStore, 'find'>;
  authenticator: Pick<Authenticator, 'admitCredentials'>;
  sources: Pick<UserSources, 'credentialOf' | 'hintFor'>;
  news: Pick<AccessNews, 'announce'>;
  audit: AuditTrail;
  isAuthenticationOn: boolean;
  maxSeconds: number;
}

/** The browser that makes a request. */
export interface Browser {
  address: string;
  userAgent: string;
  /** The secret of its present session; null: none. */
  secret: string | null;
}

/** Signs browsers in and out. */
export class SignBrowserIn {
  constructor(private readonly dependencies: SignBrowserInDependencies) {}

  /**
   * Opens a session with a new secret, and ends the browser's present one.
   * @throws AppError `conflict` while authentication is off, `unauthenticated`, `too_many_requests`, `forbidden` to programs
   */
  async open(
    { email = null, token }: Pick<BodyOf<'createSession'>, 'token'> & { email?: string | null },
    browser: Browser,
  ): Promise<{ user: User; session: BrowserSessionRecord & { secret: string } }> {
    const { authenticator, sources, sessions, audit, isAuthenticationOn, maxSeconds } = this.dependencies;
    if (!isAuthenticationOn) throw authenticationIsOff();
    const user = await authenticator.admitCredentials({ email, token }, browser.address);
    if (!user) throw wrongCredentials(sources.hintFor(token));
    await this.refusePrograms(user);
    const { tokenId, expiresAt } = sources.credentialOf(user);
    const latest = new Date(Date.now() + maxSeconds * 1_000);
    const credentials: SessionCredentials =
      tokenId === null ? { kind: 'plugin', email, token } : { kind: 'token', tokenId };
    const { address, userAgent } = browser;
    const entry = { actor: user.email, action: 'createSession', subject: user.email, address };
    const session = await audit.recordChange({ ...entry, details: { userAgent } }, () =>
      sessions.open({
        email: user.email,
        credentials,
        expiresAt: earlierOf(expiresAt, latest),
        address,
        userAgent,
      }),
    );
    await this.close(browser);
    return { user, session };
  }

  /** Ends the browser's present session, if there is one. May be repeated. */
  async close({ secret, address }: Browser): Promise<void> {
    const session = secret === null ? null : await this.dependencies.sessions.find(secret);
    if (session) await this.end(session.id, { email: session.email, address });
  }

  /** Ends one of the caller's sessions. May be repeated. */
  async endOf({ user, address }: Caller, id: string): Promise<void> {
    await this.end(id, { email: user.email, address });
  }

  private async end(id: string, { email, address }: { email: string; address: string }): Promise<void> {
    const { sessions, audit, news } = this.dependencies;
    const entry = { actor: email, action: 'endSession', subject: id, address };
    await audit.recordChange(entry, () => sessions.end(email, id));
    news.announce();
  }

  private async refusePrograms(user: User): Promise<void> {
    const { sources, accounts } = this.dependencies;
    if (sources.credentialOf(user).workload) throw notByWorkloads('sign in to the console');
    if ((await accounts.find(user.email))?.isService !== true) return;
    throw new AppError(
      'forbidden',
      `${user.email} is a service account: only people sign in to the console.`,
    );
  }
}

function authenticationIsOff(): AppError {
  return new AppError('conflict', 'Authentication is off, so there is nothing to sign in to.', {
    hint: 'Requests need no session now.',
  });
}
