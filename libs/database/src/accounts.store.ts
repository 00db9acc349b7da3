import { createHash, randomBytes } from 'node:crypto';
import type { User } from '@app/domain';
import type { Database, Session } from './database.js';

/** Users, groups and tokens kept in Postgres: the authentication that is there when no other is configured. */
export class AccountsStore {
  constructor(private readonly database: Database) {}

  /**
   * The user whose token this is; null for a token that is unknown, expired, revoked, or somebody else's.
   * @param email null: whoever the token belongs to (bearer)
   */
  async authenticate(email: string | null, token: string): Promise<User | null> {
    const row = await this.database.client.accessToken.findUnique({
      where: { tokenHash: hashToken(token) },
      include: { account: { include: { memberships: true } } },
    });
    if (!row || row.revokedAt || (row.expiresAt && row.expiresAt.getTime() <= Date.now())) return null;
    if (email !== null && email !== row.email) return null;
    const { account } = row;
    return {
      email: account.email,
      name: account.name,
      active: account.active,
      groups: account.memberships.map(({ groupName }) => groupName),
    };
  }

  /** Notes that a token was used; at most once a minute per token is written. */
  async noteTokenUse(token: string): Promise<void> {
    await this.database.client.$executeRaw`
      UPDATE access_token SET last_used_at = now()
      WHERE token_hash = ${hashToken(token)} AND (last_used_at IS NULL OR last_used_at < now() - interval '1 minute')`;
  }

  /**
   * Makes an account in these groups (made where they are missing) with one token, or changes nothing if the e-mail is
   * taken.
   * @returns the token, which is not stored and can't be read again; null if the account was there
   */
  async createAccount(user: Pick<User, 'email' | 'name' | 'groups'>, label: string): Promise<string | null> {
    return this.database.transaction((session) => insertAccount(session, user, label));
  }

  /** The first account, an admin; null if there is any account already. Safe to call from several processes at once. */
  async createFirstAdmin(email: string, adminGroups: readonly string[]): Promise<string | null> {
    return this.database.transaction(async (session) => {
      // Two processes that were told different addresses would both find the table empty.
      await session.$executeRaw`SELECT pg_advisory_xact_lock(hashtext('proctor.first_admin'))`;
      if (await session.account.findFirst({ select: { email: true } })) return null;
      return insertAccount(session, { email, name: 'Admin', groups: adminGroups }, 'first start');
    });
  }
}

async function insertAccount(
  session: Session,
  { email, name, groups }: Pick<User, 'email' | 'name' | 'groups'>,
  label: string,
): Promise<string | null> {
  const made = await session.$executeRaw`
    INSERT INTO account (email, name) VALUES (${email}, ${name}) ON CONFLICT DO NOTHING`;
  if (made === 0) return null;
  const groupNames = [...new Set(groups)];
  await session.group.createMany({ data: groupNames.map((name) => ({ name })), skipDuplicates: true });
  await session.membership.createMany({ data: groupNames.map((groupName) => ({ email, groupName })) });
  const token = randomBytes(32).toString('base64url');
  await session.accessToken.create({ data: { email, tokenHash: hashToken(token), label } });
  return token;
}

function hashToken(token: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(createHash('sha256').update(token).digest());
}
