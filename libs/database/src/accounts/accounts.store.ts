import type { User } from '@app/domain';
import { hashToken, makeToken } from './access-token.js';
import { ACCOUNT_WITH_GROUPS, insertAccount, readAccount, toAccount, type Account } from './account-row.js';
import type { Database } from '../connection/database.js';
import { joinGroups, lockAdmins, wouldEndAdmins } from './membership.js';
import { pauseSchedulesOf } from '../schedules/schedules-pause.js';

export type { Account } from './account-row.js';

/** Who showed a token that holds. */
export interface TokenOwner extends User {
  /** Of this token; null: never. */
  tokenExpiresAt: Date | null;
}

const OWNER_SWITCHED_OFF = "Its owner's account was switched off.";
const OWNER_REMOVED = "Its owner's account was removed.";

/** What is left out stays; `groups` replaces all memberships (groups that are missing are made). */
export interface AccountChanges {
  name?: string;
  active?: boolean;
  groups?: readonly string[];
}

export type UpdateAccountOutcome =
  /** Schedules of an account that was switched off are paused; `pausedSchedules` counts them. */
  | { kind: 'updated'; account: Account; pausedSchedules: number }
  | { kind: 'not_found' }
  /** Nobody would be left who is an admin: nothing was changed. */
  | { kind: 'last_admin' };

/** Users kept in Postgres: the authentication that is there when no other is configured. E-mails are exact. */
export class AccountsStore {
  constructor(private readonly database: Database) {}

  /**
   * The user whose token this is; null for a token that is unknown, expired, revoked, or somebody else's.
   * @param email null: whoever the token belongs to (bearer)
   */
  async authenticate(email: string | null, token: string): Promise<TokenOwner | null> {
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
      tokenExpiresAt: row.expiresAt,
    };
  }

  /** Notes that a token was used; at most once a minute per token is written. */
  async noteTokenUse(token: string): Promise<void> {
    await this.database.client.$executeRaw`
      UPDATE access_token SET last_used_at = now()
      WHERE token_hash = ${hashToken(token)} AND (last_used_at IS NULL OR last_used_at < now() - interval '1 minute')`;
  }

  /** By e-mail. @param query `after`: e-mail of the last one seen; `group`: only its members */
  async list({
    group,
    after,
    limit,
  }: {
    group?: string;
    after: string | null;
    limit: number;
  }): Promise<Account[]> {
    const rows = await this.database.client.account.findMany({
      where: {
        ...(after !== null && { email: { gt: after } }),
        ...(group !== undefined && { memberships: { some: { groupName: group } } }),
      },
      include: ACCOUNT_WITH_GROUPS,
      orderBy: { email: 'asc' },
      take: limit,
    });
    return rows.map(toAccount);
  }

  async find(email: string): Promise<Account | null> {
    return readAccount(this.database.client, email);
  }

  /** Null: the e-mail is taken, be it in another case. Groups that are missing are made. */
  async create(account: Pick<Account, 'email' | 'name' | 'isService' | 'groups'>): Promise<Account | null> {
    return this.database.transaction(async (session) => {
      if (!(await insertAccount(session, account))) return null;
      return readAccount(session, account.email);
    });
  }

  async update(
    email: string,
    { name, active, groups }: AccountChanges,
    adminGroups: readonly string[],
  ): Promise<UpdateAccountOutcome> {
    return this.database.transaction(async (session) => {
      await lockAdmins(session);
      const before = await readAccount(session, email);
      if (!before) return { kind: 'not_found' };
      const after = { ...before, isActive: active ?? before.isActive, groups: groups ?? before.groups };
      if (await wouldEndAdmins(session, email, adminGroups, { before, after })) return { kind: 'last_admin' };
      await session.account.update({ where: { email }, data: { name, active } });
      if (groups !== undefined) {
        await session.membership.deleteMany({ where: { email, groupName: { notIn: [...groups] } } });
        await joinGroups(session, email, groups);
      }
      const account = await readAccount(session, email);
      if (!account) return { kind: 'not_found' };
      const paused = account.isActive ? [] : await pauseSchedulesOf(session, email, OWNER_SWITCHED_OFF);
      return { kind: 'updated', account, pausedSchedules: paused.length };
    });
  }

  /**
   * Removes the account with its memberships and tokens, and pauses its schedules; what it did stays in history and audit.
   */
  async remove(
    email: string,
    adminGroups: readonly string[],
  ): Promise<'removed' | 'not_found' | 'last_admin'> {
    return this.database.transaction(async (session) => {
      await lockAdmins(session);
      const before = await readAccount(session, email);
      if (!before) return 'not_found';
      if (await wouldEndAdmins(session, email, adminGroups, { before, after: null })) return 'last_admin';
      await session.account.delete({ where: { email } });
      await pauseSchedulesOf(session, email, OWNER_REMOVED);
      return 'removed';
    });
  }

  /**
   * Makes an account in these groups (made where they are missing) with one token, or changes nothing if the e-mail is
   * taken.
   * @returns the token, which is not stored and can't be read again; null if the account was there
   */
  async createAccount(user: Pick<User, 'email' | 'name' | 'groups'>, label: string): Promise<string | null> {
    return this.database.transaction(async (session) => {
      if (!(await insertAccount(session, { ...user, isService: false }))) return null;
      const token = makeToken();
      await session.accessToken.create({ data: { email: user.email, tokenHash: hashToken(token), label } });
      return token;
    });
  }

  /** The first account, an admin; null if there is any account already. Safe to call from several processes at once. */
  async createFirstAdmin(email: string, adminGroups: readonly string[]): Promise<string | null> {
    return this.database.transaction(async (session) => {
      // Two processes that were told different addresses would both find the table empty.
      await session.$executeRaw`SELECT pg_advisory_xact_lock(hashtext('proctor.first_admin'))`;
      if (await session.account.findFirst({ select: { email: true } })) return null;
      await insertAccount(session, { email, name: 'Admin', isService: false, groups: adminGroups });
      const token = makeToken();
      await session.accessToken.create({
        data: { email, tokenHash: hashToken(token), label: 'first start' },
      });
      return token;
    });
  }
}
