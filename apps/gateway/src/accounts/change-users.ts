import type { BodyOf } from '@app/contract';
import type { Account, AccountsStore } from '@app/database';
import { AppError, describeChanges, type Changes } from '@app/domain';
import type { AuditTrail } from '../audit/audit-trail.js';
import type { AccessNews } from '../authentication/access-news.js';
import type { Caller } from '../authentication/caller.js';
import { changeAccess } from './change-access.js';

export interface ChangeUsersDependencies {
  accounts: AccountsStore;
  adminGroups: readonly string[];
  news: Pick<AccessNews, 'announce'>;
  audit: AuditTrail;
}

/** Creates, changes and removes accounts. Changes take effect at once in this process, within seconds in others. */
export class ChangeUsers {
  constructor(private readonly dependencies: ChangeUsersDependencies) {}

  /** @throws AppError `conflict` if the email is taken */
  async create(body: BodyOf<'createUser'>, caller: Caller): Promise<Account> {
    const { email, name = '', service, groups } = body;
    const details = { groups: JSON.stringify(groups), service };
    return changeAccess(
      this.dependencies,
      { action: 'createUser', subject: email, caller, details },
      async () => {
        const account = await this.dependencies.accounts.create({ email, name, isService: service, groups });
        if (account) return account;
        throw new AppError('conflict', `Account ${email} already exists.`, {
          hint: 'Use `proctor user update`.',
        });
      },
    );
  }

  /** @throws AppError `not_found`; `conflict` if no admin would be left; `malformed_request` if nothing changes */
  async update(
    email: string,
    changes: BodyOf<'updateUser'>,
    caller: Caller,
  ): Promise<{ account: Account; pausedSchedules: number }> {
    const { name, active, groups } = changes;
    if (name === undefined && active === undefined && groups === undefined) {
      throw new AppError('malformed_request', 'Nothing to change. Send name, active or groups.');
    }
    const before = await this.dependencies.accounts.find(email);
    const details = {
      name: name ?? null,
      active: active ?? null,
      groups: groups ? JSON.stringify(groups) : null,
      ...(before && { changes: describeAccountChanges(before, changes) }),
    };
    return changeAccess(
      this.dependencies,
      { action: 'updateUser', subject: email, caller, details },
      async () => {
        const outcome = await this.dependencies.accounts.update(
          email,
          { name, active, groups },
          this.dependencies.adminGroups,
        );
        if (outcome.kind === 'updated') return outcome;
        throw outcome.kind === 'not_found'
          ? noAccount(email)
          : lastAdmin(email, this.dependencies.adminGroups);
      },
    );
  }

  /** Removes its tokens too, and pauses its schedules. @throws AppError `not_found`; `conflict` if no admin would be left */
  async remove(email: string, caller: Caller): Promise<void> {
    const before = await this.dependencies.accounts.find(email);
    const details = { ...(before && { changes: describeChanges(auditedOf(before), null) }) };
    await changeAccess(
      this.dependencies,
      { action: 'removeUser', subject: email, caller, details },
      async () => {
        const outcome = await this.dependencies.accounts.remove(email, this.dependencies.adminGroups);
        if (outcome === 'not_found') throw noAccount(email);
        if (outcome === 'last_admin') throw lastAdmin(email, this.dependencies.adminGroups);
      },
    );
  }
}

function describeAccountChanges(before: Account, changes: BodyOf<'updateUser'>): Changes {
  const { name = before.name, active = before.isActive, groups = before.groups } = changes;
  return describeChanges(auditedOf(before), auditedOf({ ...before, name, isActive: active, groups }));
}

function auditedOf({ name, isActive, isService, groups }: Account) {
  return { name, active: isActive, service: isService, groups: [...groups].sort() };
}

export function noAccount(email: string): AppError {
  return new AppError('not_found', `No such account: ${email}.`, {
    hint: 'Check the spelling. See `proctor user list`.',
  });
}

export function lastAdmin(email: string, adminGroups: readonly string[]): AppError {
  const groups = adminGroups.join(', ');
  return new AppError(
    'conflict',
    `${email} is the last admin: no other active user is a member of ${groups}.`,
    {
      hint: 'Make another user an admin first.',
    },
  );
}
