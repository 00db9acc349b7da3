import { TOKEN_PREFIX, type TokenOwner } from '@app/database';
import { canExecute, type User } from '@app/domain';
import type { AuthPlugin } from '@app/plugins';

interface Origin {
  source: AuthPlugin;
  expiresAt: Date | null;
  /** What the source said about lists of groups, for as long as the user is remembered. */
  answers: Map<string, Promise<boolean>>;
}

/** What knows accounts in Postgres. It tells until when a token holds. */
interface AccountsSource extends Omit<AuthPlugin, 'auth'> {
  auth(email: string | null, token: string): Promise<TokenOwner | null>;
}

/**
 * Where users come from. A token that Proctor gave out always belongs to an account in Postgres, so that service
 * accounts and admins work beside any plugin; every other one is the plugin's to judge.
 */
export class UserSources {
  private readonly origins = new WeakMap<User, Origin>();

  /**
   * @param plugin the same as `accounts` if no other is configured
   * @param isClosed there is an account with this e-mail that nobody from elsewhere stands for: a program's, or one that
   * was switched off
   */
  constructor(
    private readonly accounts: AccountsSource,
    private readonly plugin: AuthPlugin,
    private readonly isClosed: (email: string) => Promise<boolean>,
    /** Told of everybody whom the plugin knows, at each look-up. */
    private readonly noteSignIn: (user: User) => void = () => undefined,
  ) {}

  /** As `AuthPlugin.auth`. */
  async find(email: string | null, token: string): Promise<User | null> {
    const isOurs = token.startsWith(TOKEN_PREFIX) || this.plugin === this.accounts;
    return isOurs ? this.findAccount(email, token) : this.findElsewhere(email, token);
  }

  /** As `AuthPlugin.verify` of the source that knew this very object. @throws AppError `unavailable` */
  async verify(user: User, requiredGroups: readonly string[]): Promise<boolean> {
    const origin = this.origins.get(user);
    if (!origin) return canExecute(user, requiredGroups);
    const { source, answers } = origin;
    const key = JSON.stringify(requiredGroups);
    const answer = answers.get(key) ?? source.verify(user, requiredGroups);
    answers.set(key, answer);
    try {
      return await answer;
    } catch (error) {
      answers.delete(key);
      throw error;
    }
  }

  /** Until when this very object is known to hold; null: for ever, or the plugin alone knows. */
  expiryOf(user: User): Date | null {
    return this.origins.get(user)?.expiresAt ?? null;
  }

  /** True if this very object is an account in Postgres that showed a token of its own. */
  isAccount(user: User): boolean {
    return this.origins.get(user)?.source === this.accounts;
  }

  private async findAccount(email: string | null, token: string): Promise<User | null> {
    const user = await this.accounts.auth(email, token);
    if (user) {
      const { tokenExpiresAt: expiresAt } = user;
      this.origins.set(user, { source: this.accounts, expiresAt, answers: new Map() });
    }
    return user;
  }

  private async findElsewhere(email: string | null, token: string): Promise<User | null> {
    const user = await this.plugin.auth(email, token);
    // Executions, schedules and tokens are found by the e-mail: who has it elsewhere would have those of the account.
    if (!user || (await this.isClosed(user.email))) return null;
    this.origins.set(user, { source: this.plugin, expiresAt: null, answers: new Map() });
    this.noteSignIn(user);
    return user;
  }
}
