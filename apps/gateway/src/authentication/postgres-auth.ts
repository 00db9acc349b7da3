import type { AccountsStore, TokenOwner } from '@app/database';
import { AuthPlugin } from '@app/plugins';

/** Users and tokens in Postgres as an authentication plugin: the default one, also used alongside any other. */
export class PostgresAuth extends AuthPlugin {
  constructor(
    private readonly accounts: Pick<AccountsStore, 'authenticate' | 'findOwnerOf' | 'recordTokenUse'>,
  ) {
    super();
  }

  /** @throws what the database throws */
  override async auth(email: string | null, token: string): Promise<TokenOwner | null> {
    const user = await this.accounts.authenticate(email, token);
    // The time of the last use is informational: do not wait for the write or fail with it.
    if (user?.active) this.accounts.recordTokenUse(token).catch(() => undefined);
    return user;
  }

  /** The owner of a token with this id; null: the token does not work. @throws what the database throws */
  async findOwnerOf(tokenId: string): Promise<TokenOwner | null> {
    return this.accounts.findOwnerOf(tokenId);
  }
}
