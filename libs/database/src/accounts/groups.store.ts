import { readAccount } from './account-row.js';
import type { Database } from '../connection/database.js';
import { lockAdmins, wouldRemoveLastAdmin } from './membership.js';

export interface GroupRecord {
  name: string;
  description: string;
  /** How many accounts are in it. */
  members: number;
}

/** Groups of accounts in Postgres. */
export class GroupsStore {
  constructor(private readonly database: Database) {}

  /** By name. @param page `after`: name of the last group of the previous page */
  async list({ after, limit }: { after: string | null; limit: number }): Promise<GroupRecord[]> {
    const rows = await this.database.client.group.findMany({
      where: after === null ? {} : { name: { gt: after } },
      include: { _count: { select: { memberships: true } } },
      orderBy: { name: 'asc' },
      take: limit,
    });
    return rows.map(({ name, description, _count }) => ({ name, description, members: _count.memberships }));
  }

  /** Names of all groups, sorted. */
  async listNames(): Promise<string[]> {
    const rows = await this.database.client.group.findMany({
      select: { name: true },
      orderBy: { name: 'asc' },
    });
    return rows.map(({ name }) => name);
  }

  /** False: the group exists and stays unchanged. */
  async create(name: string, description: string): Promise<boolean> {
    const { count } = await this.database.client.group.createMany({
      data: [{ name, description }],
      skipDuplicates: true,
    });
    return count > 0;
  }

  /**
   * Removes a group with its memberships, unless a proc requires it, which no one could run any more. A schedule's group is
   * a label, which holds no group. The caller must refuse admin groups.
   */
  async remove(name: string): Promise<'removed' | 'not_found' | 'in_use'> {
    return this.database.transaction(async (session) => {
      const locked = await session.$queryRaw<
        unknown[]
      >`SELECT 1 FROM account_group WHERE name = ${name} FOR UPDATE`;
      if (locked.length === 0) return 'not_found';
      const requiredBy = await session.proc.findFirst({
        where: { authorizedGroups: { has: name } },
        select: { name: true },
      });
      if (requiredBy) return 'in_use';
      await session.group.delete({ where: { name } });
      return 'removed';
    });
  }

  /** May be repeated. */
  async addMember(groupName: string, email: string): Promise<'ok' | 'no_group' | 'no_account'> {
    return this.database.transaction(async (session) => {
      // Locked, so that neither is removed before the membership exists.
      const groups = await session.$queryRaw<unknown[]>`
        SELECT 1 FROM account_group WHERE name = ${groupName} FOR KEY SHARE`;
      if (groups.length === 0) return 'no_group';
      const account = await readAccount(session, email);
      const accounts = await session.$queryRaw<{ email: string }[]>`
        SELECT email FROM account WHERE email = ${account?.email ?? null} FOR KEY SHARE`;
      if (accounts.length === 0) return 'no_account';
      const data = accounts.map((each) => ({ email: each.email, groupName }));
      await session.membership.createMany({ data, skipDuplicates: true });
      return 'ok';
    });
  }

  /** May be repeated. */
  async removeMember(
    groupName: string,
    email: string,
    adminGroups: readonly string[],
  ): Promise<'ok' | 'no_group' | 'no_account' | 'last_admin'> {
    return this.database.transaction(async (session) => {
      await lockAdmins(session);
      if (!(await session.group.findUnique({ where: { name: groupName } }))) return 'no_group';
      const before = await readAccount(session, email);
      if (!before) return 'no_account';
      const after = { ...before, groups: before.groups.filter((group) => group !== groupName) };
      if (await wouldRemoveLastAdmin(session, before.email, adminGroups, { before, after }))
        return 'last_admin';
      await session.membership.deleteMany({ where: { email: before.email, groupName } });
      return 'ok';
    });
  }
}
