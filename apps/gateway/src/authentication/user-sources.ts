import { TOKEN_PREFIX, type TokenOwner } from '@app/database';
import { canExecute, isPlainEmail, type User } from '@app/domain';
import type { AuthPlugin } from '@app/plugins';
import { earlierOf, UNLIMITED, type Credential } from './credential.js';
import type { LookupKind } from './login-limits.js';
import type { WorkloadTokens } from './workload-tokens.js';

interface Origin {
  source: AuthPlugin;
  /** As the source knows the user: the email may be in another case. */
  user: User;
  credential: Credential;
  /** The source's decisions by list of groups, cached for as long as the user is. */
  answers: Map<string, Promise<boolean>>;
}

/** Accounts in Postgres, which also know the token. */
interface AccountsSource extends Omit<AuthPlugin, 'auth'> {
  auth(email: string | null, token: string): Promise<TokenOwner | null>;
  findOwnerOf(tokenId: string): Promise<TokenOwner | null>;
}

const NO_WORKLOADS: Pick<WorkloadTokens, 'find' | 'knownIssuerOf' | 'hintFor'> = {
  find: async () => ({ kind: 'other' }),
  knownIssuerOf: () => null,
  hintFor: () => null,
};

/**
 * Finds users by their credentials. A token that Proctor issued belongs to an account in Postgres, so that service accounts
 * and admins work alongside any plugin; so does one of a workload that a rule is for. The plugin decides about every other
 * token.
 */
export class UserSources {
  private readonly origins = new WeakMap<User, Origin>();

  /**
   * @param plugin the same as `accounts` if no other plugin is configured
   * @param emails one spelling for each email, whatever the case in which a plugin returns it
   * @param isClosed whether the plugin's users must not use this email: it belongs to a service account, or to a disabled one
   */
  constructor(
    private readonly accounts: AccountsSource,
    private readonly plugin: AuthPlugin,
    private readonly emails: { rememberSpelling(email: string): Promise<string> },
    private readonly isClosed: (email: string) => Promise<boolean>,
    /** Called with each user that the plugin identifies. */
    private readonly noteSignIn: (user: User) => void = () => undefined,
    private readonly workloads: Pick<WorkloadTokens, 'find' | 'knownIssuerOf' | 'hintFor'> = NO_WORKLOADS,
  ) {}

  /** As `AuthPlugin.auth`. */
  async find(email: string | null, token: string): Promise<User | null> {
    if (token.startsWith(TOKEN_PREFIX)) return this.findAccount(email, token);
    const workload = await this.workloads.find(email, token);
    if (workload.kind === 'found') {
      const { user, credential } = workload;
      this.origins.set(user, { source: this.accounts, user, credential, answers: new Map() });
      return user;
    }
    if (workload.kind === 'refused') return null;
    return this.plugin === this.accounts ? this.findAccount(email, token) : this.findInPlugin(email, token);
  }

  /** The owner of a token in Postgres with this id; null: the token does not work. */
  async findOwnerOf(tokenId: string): Promise<User | null> {
    const owner = await this.accounts.findOwnerOf(tokenId);
    return owner && this.rememberAccount(owner);
  }

  /** Notes that this user object was found by a session, which ends at this time at the latest. */
  bindToSession(user: User, session: { id: string; expiresAt: Date }): void {
    const origin = this.origins.get(user);
    if (!origin) throw new Error('only a user that was found can be bound to a session');
    const { credential } = origin;
    origin.credential = {
      ...credential,
      sessionId: session.id,
      expiresAt: earlierOf(credential.expiresAt, session.expiresAt),
      acceptedUntil: earlierOf(credential.acceptedUntil, session.expiresAt),
    };
  }

  /** What to tell the owner of a token that `find` did not accept; null: nothing special. */
  hintFor(token: string): string | null {
    return this.workloads.hintFor(token);
  }

  /** Who knows the owner of a token like this. */
  kindOf(token: string): LookupKind {
    if (token.startsWith(TOKEN_PREFIX)) return 'account';
    const issuer = this.workloads.knownIssuerOf(token);
    if (issuer !== null) return `issuer ${issuer}`;
    return this.plugin === this.accounts ? 'account' : 'plugin';
  }

  /** As `AuthPlugin.verify` of the source that returned this object. @throws AppError `unavailable` */
  async verify(user: User, requiredGroups: readonly string[]): Promise<boolean> {
    const origin = this.origins.get(user);
    if (!origin) return canExecute(user, requiredGroups);
    const { source, answers } = origin;
    const key = JSON.stringify(requiredGroups);
    const answer = answers.get(key) ?? source.verify(origin.user, requiredGroups);
    answers.set(key, answer);
    try {
      return await answer;
    } catch (error) {
      answers.delete(key);
      throw error;
    }
  }

  credentialOf(user: User): Credential {
    return this.origins.get(user)?.credential ?? UNLIMITED;
  }

  /** Whether this object is an account in Postgres that used a token of its own. */
  isAccount(user: User): boolean {
    return this.origins.get(user)?.source === this.accounts;
  }

  private async findAccount(email: string | null, token: string): Promise<User | null> {
    const owner = await this.accounts.auth(email, token);
    return owner && this.rememberAccount(owner);
  }

  private rememberAccount(owner: TokenOwner): User {
    const { tokenId, tokenExpiresAt: expiresAt, scope } = owner;
    const credential = { tokenId, expiresAt, acceptedUntil: expiresAt, scope };
    this.origins.set(owner, { source: this.accounts, user: owner, credential, answers: new Map() });
    return owner;
  }

  private async findInPlugin(email: string | null, token: string): Promise<User | null> {
    const found = await this.plugin.auth(email, token);
    // Executions, schedules and tokens belong to an email: a plugin's user of the same email would get the account's.
    // Nor one whose email passes for another's: it would become that one.
    if (!found || !isPlainEmail(found.email) || (await this.isClosed(found.email))) return null;
    const { acceptedUntil = null, ...known } = found;
    const user = { ...known, email: await this.emails.rememberSpelling(found.email) };
    const credential = { ...UNLIMITED, acceptedUntil };
    this.origins.set(user, { source: this.plugin, user: known, credential, answers: new Map() });
    this.noteSignIn(user);
    return user;
  }
}
