import type { User } from '@app/domain';
import { hashToken, createToken } from './access-token.js';
import {
  ACCOUNT_WITH_GROUPS,
  forgetOwner,
  insertAccount,
  readAccount,
  toAccount,
  type Account,
} from './account-row.js';
import type { Database } from '../connection/database.js';
import { knownSpelling, rememberSpelling } from './email-spelling.js';
import { findTokenOwner, findTokenOwnerById, type TokenOwner } from './token-owner.js';
import { joinGroups, lockAdmins, wouldRemoveLastAdmin } from './membership.js';
import { releaseArgsOf } from '../schedules/same-args.js';
import { pauseSchedulesOf } from '../schedules/schedules-pause.js';

export type { Account } from './account-row.js';
export type { TokenOwner } from './token-owner.js';

const OWNER_DEACTIVATED = "Its owner's account was deactivated.";
const OWNER_REMOVED = "Its owner's account was removed.";

/** Omitted fields stay unchanged; `groups` replaces all memberships and creates missing groups. */
export interface AccountChanges {
  name?: string;
  active?: boolean;
  groups?: readonly string[];
}

export type UpdateAccountOutcome =
  /** `pausedSchedules`: how many schedules were paused because the account was deactivated. */
  | { kind: 'updated'; account: Account; pausedSchedules: number }
  | { kind: 'not_found' }
  /** No admin would be left: nothing was changed. */
  | { kind: 'last_admin' };

/** Accounts in Postgres: the default authentication. An email names its account in any case. */
export class AccountsStore {
  constructor(private readonly database: Database) {}

  /**
   * The owner of this token; null: the token is unknown, no longer works, or belongs to another account.
   * @param email null: any owner (bearer token)
   */
  async authenticate(email: string | null, token: string): Promise<TokenOwner | null> {
    return findTokenOwner(this.database.client, email, token);
  }

  /** As `authenticate`, by the token's id. */
  async findOwnerOf(tokenId: string): Promise<TokenOwner | null> {
    return findTokenOwnerById(this.database.client, tokenId);
  }

  /** Records the use of a token, at most once a minute per token. */
  async recordTokenUse(token: string): Promise<void> {
    await this.database.client.$executeRaw`
      UPDATE access_token SET last_used_at = now()
      WHERE token_hash = ${hashToken(token)} AND (last_used_at IS NULL OR last_used_at < now() - interval '1 minute')`;
  }

  /** By email. @param query `after`: email of the last account of the previous page; `group`: only its members */
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

  /** The spelling of this email, in any case, that rows carry; the given one if it is new. */
  async spellingOf(email: string): Promise<string> {
    return (await knownSpelling(this.database.client, email)) ?? email;
  }

  /** As `spellingOf`, and keeps the given spelling if the email is new. May be repeated, and run at the same time. */
  async rememberSpelling(email: string): Promise<string> {
    return rememberSpelling(this.database.client, email);
  }

  /** Creates missing groups too. Null: the email is taken, possibly in another case. */
  async create(account: Pick<Account, 'email' | 'name' | 'isService' | 'groups'>): Promise<Account | null> {
    return this.database.transaction(async (session) => {
      const email = await insertAccount(session, account);
      return email === null ? null : readAccount(session, email);
    });
  }

  async update(
    anyEmail: string,
    { name, active, groups }: AccountChanges,
    adminGroups: readonly string[],
  ): Promise<UpdateAccountOutcome> {
    return this.database.transaction(async (session) => {
      await lockAdmins(session);
      const before = await readAccount(session, anyEmail);
      if (!before) return { kind: 'not_found' };
      const after = { ...before, isActive: active ?? before.isActive, groups: groups ?? before.groups };
      const { email } = before;
      if (await wouldRemoveLastAdmin(session, email, adminGroups, { before, after }))
        return { kind: 'last_admin' };
      await session.account.update({ where: { email }, data: { name, active } });
      if (groups !== undefined) {
        await session.membership.deleteMany({ where: { email, groupName: { notIn: [...groups] } } });
        await joinGroups(session, email, groups);
      }
      const account = await readAccount(session, email);
      if (!account) return { kind: 'not_found' };
      const paused = account.isActive ? [] : await pauseSchedulesOf(session, email, OWNER_DEACTIVATED);
      return { kind: 'updated', account, pausedSchedules: paused.length };
    });
  }

  /**
   * Removes the account with its memberships, tokens and preferences, and pauses its schedules. History and audit trail
   * stay; another account of the same email does not own them.
   */
  async remove(
    anyEmail: string,
    adminGroups: readonly string[],
  ): Promise<'removed' | 'not_found' | 'last_admin'> {
    return this.database.transaction(async (session) => {
      await lockAdmins(session);
      const before = await readAccount(session, anyEmail);
      if (!before) return 'not_found';
      const { email } = before;
      if (await wouldRemoveLastAdmin(session, email, adminGroups, { before, after: null }))
        return 'last_admin';
      await session.account.delete({ where: { email } });
      await forgetOwner(session, email);
      await pauseSchedulesOf(session, email, OWNER_REMOVED);
      await releaseArgsOf(session, email);
      return 'removed';
    });
  }

  /**
   * Creates an account with one token in these groups, which are created if missing. Changes nothing if the email is
   * taken.
   * @returns the token, which is not stored and cannot be read again; null: the account exists
   */
  async createAccount(user: Pick<User, 'email' | 'name' | 'groups'>, label: string): Promise<string | null> {
    return this.database.transaction(async (session) => {
      const email = await insertAccount(session, { ...user, isService: false });
      if (email === null) return null;
      const token = createToken();
      await session.accessToken.create({ data: { email, tokenHash: hashToken(token), label } });
      return token;
    });
  }

  /** Creates the first account, an admin, with a token; null: an account exists. Safe to call from several processes at once. */
  async createFirstAdmin(
    givenEmail: string,
    adminGroups: readonly string[],
    expiresAt: Date | null,
  ): Promise<string | null> {
    return this.database.transaction(async (session) => {
      // Two processes with different addresses would both find the table empty.
      await session.$executeRaw`SELECT pg_advisory_xact_lock(hashtext('proctor.first_admin'))`;
      if (await session.account.findFirst({ select: { email: true } })) return null;
      const admin = { email: givenEmail, name: 'Admin', isService: false, groups: adminGroups };
      const email = await insertAccount(session, admin);
      if (email === null) return null;
      const token = createToken();
      await session.accessToken.create({
        data: { email, tokenHash: hashToken(token), label: 'first start', expiresAt },
      });
      return token;
    });
  }
}
