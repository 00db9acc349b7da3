import type { AccountsStore, TokenOwner } from '@app/database';
import { AuthPlugin } from '@app/plugins';

/** Users and tokens in Postgres as an authentication plugin: the default one, and beside every other one. */
export class PostgresAuth extends AuthPlugin {
  constructor(private readonly accounts: Pick<AccountsStore, 'authenticate' | 'noteTokenUse'>) {
    super();
  }

  /** @throws what the database throws while it is away */
  override async auth(email: string | null, token: string): Promise<TokenOwner | null> {
    const user = await this.accounts.authenticate(email, token);
    // When a token was last used is good to know, not worth waiting or failing for.
    if (user?.active) this.accounts.noteTokenUse(token).catch(() => undefined);
    return user;
  }
}
