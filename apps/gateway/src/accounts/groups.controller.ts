import { Controller } from '@nestjs/common';
import type { ReplyOf } from '@app/contract';
import type { GroupsStore } from '@app/database';
import { Call, type CallOf } from '../authentication/call.js';
import { toPage } from '../http/page.js';
import { Serves } from '../http/serves.js';
import type { ChangeGroups } from './change-groups.js';
import { toGroupReply } from './to-reply.js';

@Controller()
export class GroupsController {
  constructor(
    private readonly groups: GroupsStore,
    private readonly changeGroups: ChangeGroups,
  ) {}

  @Serves('listGroups')
  async list(@Call() { query }: CallOf<'listGroups'>): Promise<ReplyOf<'listGroups'>> {
    const { cursor, limit } = query;
    const groups = await this.groups.list({ after: cursor ?? null, limit });
    return { groups: groups.map(toGroupReply), ...toPage(groups, limit, ({ name }) => name) };
  }

  @Serves('createGroup')
  async create(@Call() { caller, body }: CallOf<'createGroup'>): Promise<ReplyOf<'createGroup'>> {
    return this.changeGroups.create(body, caller);
  }

  @Serves('removeGroup')
  async remove(@Call() { caller, params }: CallOf<'removeGroup'>): Promise<void> {
    await this.changeGroups.remove(params.name, caller);
  }

  @Serves('addMember')
  async addMember(@Call() { caller, params }: CallOf<'addMember'>): Promise<void> {
    await this.changeGroups.addMember(params.name, params.email, caller);
  }

  @Serves('removeMember')
  async removeMember(@Call() { caller, params }: CallOf<'removeMember'>): Promise<void> {
    await this.changeGroups.removeMember(params.name, params.email, caller);
  }
}
