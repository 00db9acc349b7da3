import { Controller } from '@nestjs/common';
import type { BodyOf, ParamsOf, QueryOf, ReplyOf } from '@app/contract';
import type { GroupsStore } from '@app/database';
import { CurrentCaller, type Caller } from '../authentication/caller.js';
import { toPage } from '../http/page.js';
import { ParsedBody, ParsedParams, ParsedQuery } from '../http/parse-request.js';
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
  async list(@ParsedQuery() { cursor, limit }: QueryOf<'listGroups'>): Promise<ReplyOf<'listGroups'>> {
    const groups = await this.groups.list({ after: cursor ?? null, limit });
    return { groups: groups.map(toGroupReply), ...toPage(groups, limit, ({ name }) => name) };
  }

  @Serves('createGroup')
  async create(
    @CurrentCaller() caller: Caller,
    @ParsedBody() body: BodyOf<'createGroup'>,
  ): Promise<ReplyOf<'createGroup'>> {
    return this.changeGroups.create(body, caller);
  }

  @Serves('removeGroup')
  async remove(
    @CurrentCaller() caller: Caller,
    @ParsedParams() { name }: ParamsOf<'removeGroup'>,
  ): Promise<void> {
    await this.changeGroups.remove(name, caller);
  }

  @Serves('addMember')
  async addMember(
    @CurrentCaller() caller: Caller,
    @ParsedParams() { name, email }: ParamsOf<'addMember'>,
  ): Promise<void> {
    await this.changeGroups.addMember(name, email, caller);
  }

  @Serves('removeMember')
  async removeMember(
    @CurrentCaller() caller: Caller,
    @ParsedParams() { name, email }: ParamsOf<'removeMember'>,
  ): Promise<void> {
    await this.changeGroups.removeMember(name, email, caller);
  }
}
