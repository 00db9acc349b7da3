import type { BodyOf } from '@app/contract';
import type { Account, AccountsStore, AuditEntry } from '@app/database';
import { AppError } from '@app/domain';
import type { AuditTrail } from '../audit/audit-trail.js';
import type { Authenticator } from '../authentication/authenticator.js';
import type { Caller } from '../authentication/caller.js';

/** Creates, changes and removes accounts. Changes take effect at once in this process, within seconds in others. */
export class ChangeUsers {
  constructor(
    private readonly accounts: AccountsStore,
    private readonly adminGroups: readonly string[],
    private readonly authenticator: Authenticator,
    private readonly audit: AuditTrail,
  ) {}

  /** @throws AppError `conflict` if the email is taken */
  async create(body: BodyOf<'createUser'>, caller: Caller): Promise<Account> {
    const { email, name = '', service, groups } = body;
    const details = { groups: JSON.stringify(groups), service };
    return this.change('createUser', email, caller, details, async () => {
      const account = await this.accounts.create({ email, name, isService: service, groups });
      if (account) return account;
      throw new AppError('conflict', `Account ${email} already exists.`, {
        hint: 'Use `proctor user update`.',
      });
    });
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
    const details = {
      name: name ?? null,
      active: active ?? null,
      groups: groups ? JSON.stringify(groups) : null,
    };
    return this.change('updateUser', email, caller, details, async () => {
      const outcome = await this.accounts.update(email, { name, active, groups }, this.adminGroups);
      if (outcome.kind === 'updated') return outcome;
      throw outcome.kind === 'not_found' ? noAccount(email) : lastAdmin(email, this.adminGroups);
    });
  }

  /** Removes its tokens too, and pauses its schedules. @throws AppError `not_found`; `conflict` if no admin would be left */
  async remove(email: string, caller: Caller): Promise<void> {
    await this.change('removeUser', email, caller, {}, async () => {
      const outcome = await this.accounts.remove(email, this.adminGroups);
      if (outcome === 'not_found') throw noAccount(email);
      if (outcome === 'last_admin') throw lastAdmin(email, this.adminGroups);
    });
  }

  private async change<T>(
    action: string,
    email: string,
    { user, address }: Caller,
    details: AuditEntry['details'],
    make: () => Promise<T>,
  ): Promise<T> {
    const entry = { actor: user.email, action, subject: email, address, details };
    const made = await this.audit.recordChange(entry, make);
    this.authenticator.forget();
    return made;
  }
}

export function noAccount(email: string): AppError {
  return new AppError('not_found', `No such account: ${email}.`, {
    hint: 'Check the spelling, including upper and lower case. See `proctor user list`.',
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
