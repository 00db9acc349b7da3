import type { BodyOf, GroupReply } from '@app/contract';
import type { GroupsStore, ProcsStore } from '@app/database';
import { AppError } from '@app/domain';
import type { AuditTrail } from '../audit/audit-trail.js';
import type { AccessNews } from '../authentication/access-news.js';
import type { Caller } from '../authentication/caller.js';
import { changeAccess } from './change-access.js';
import { lastAdmin, noAccount } from './change-users.js';

const MAX_NAMED = 10;

export interface ChangeGroupsDependencies {
  groups: GroupsStore;
  procs: Pick<ProcsStore, 'listOfGroup'>;
  adminGroups: readonly string[];
  news: Pick<AccessNews, 'announce'>;
  audit: AuditTrail;
}

/** Creates and removes groups and memberships. Changes take effect at once in this process, within seconds in others. */
export class ChangeGroups {
  constructor(private readonly dependencies: ChangeGroupsDependencies) {}

  /** @throws AppError `conflict` if it exists */
  async create({ name, description }: BodyOf<'createGroup'>, caller: Caller): Promise<GroupReply> {
    await changeAccess(this.dependencies, { action: 'createGroup', subject: name, caller }, async () => {
      if (await this.dependencies.groups.create(name, description)) return;
      throw new AppError('conflict', `Group ${name} already exists.`);
    });
    return { name, description, members: 0 };
  }

  /** @throws AppError `not_found`; `conflict` while a proc requires it, and for an admin group */
  async remove(name: string, caller: Caller): Promise<void> {
    await changeAccess(this.dependencies, { action: 'removeGroup', subject: name, caller }, async () => {
      if (this.dependencies.adminGroups.includes(name)) throw isAdminGroup(name);
      const outcome = await this.dependencies.groups.remove(name);
      if (outcome === 'not_found') throw noGroup(name);
      if (outcome === 'in_use') throw groupInUse(name, await this.dependencies.procs.listOfGroup(name));
    });
  }

  /** May be repeated. @throws AppError `not_found` */
  async addMember(group: string, email: string, caller: Caller): Promise<void> {
    await changeAccess(
      this.dependencies,
      { action: 'addMember', subject: group, caller, details: { email } },
      async () => {
        const outcome = await this.dependencies.groups.addMember(group, email);
        if (outcome === 'no_group') throw noGroup(group);
        if (outcome === 'no_account') throw noAccount(email);
      },
    );
  }

  /** May be repeated. @throws AppError `not_found`, `conflict` if no admin would be left */
  async removeMember(group: string, email: string, caller: Caller): Promise<void> {
    await changeAccess(
      this.dependencies,
      { action: 'removeMember', subject: group, caller, details: { email } },
      async () => {
        const outcome = await this.dependencies.groups.removeMember(
          group,
          email,
          this.dependencies.adminGroups,
        );
        if (outcome === 'no_group') throw noGroup(group);
        if (outcome === 'no_account') throw noAccount(email);
        if (outcome === 'last_admin') throw lastAdmin(email, this.dependencies.adminGroups);
      },
    );
  }
}

function noGroup(name: string): AppError {
  return new AppError('not_found', `No such group: ${name}.`, { hint: 'See `proctor group list`.' });
}

function isAdminGroup(name: string): AppError {
  return new AppError('conflict', `${name} is an admin group and cannot be removed.`, {
    hint: 'PROCTOR_REQUIRED_ADMIN_GROUP sets the admin groups.',
  });
}

function groupInUse(name: string, procs: readonly string[]): AppError {
  if (procs.length === 0) {
    return new AppError('conflict', `A proc required the group ${name} a moment ago.`, {
      hint: 'Try again.',
    });
  }
  const named = procs.slice(0, MAX_NAMED).join(', ');
  const more = procs.length > MAX_NAMED ? ` and ${procs.length - MAX_NAMED} more` : '';
  return new AppError('conflict', `Procs require the group ${name}: ${named}${more}.`, {
    hint: 'Register these procs without the group or remove them first.',
  });
}
