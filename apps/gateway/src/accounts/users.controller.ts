import { Controller } from '@nestjs/common';
import type { ReplyOf } from '@app/contract';
import type { AccountsStore } from '@app/database';
import { Call, type CallOf } from '../authentication/call.js';
import { CurrentCaller, type Caller } from '../authentication/caller.js';
import { toPage } from '../http/page.js';
import { Serves } from '../http/serves.js';
import { noAccount, type ChangeUsers } from './change-users.js';
import { toUserReply, toWhoAmIReply } from './to-reply.js';

@Controller()
export class UsersController {
  constructor(
    private readonly accounts: AccountsStore,
    private readonly changeUsers: ChangeUsers,
  ) {}

  @Serves('whoAmI')
  whoAmI(@CurrentCaller() caller: Caller): ReplyOf<'whoAmI'> {
    return toWhoAmIReply(caller);
  }

  @Serves('listUsers')
  async list(@Call() { query }: CallOf<'listUsers'>): Promise<ReplyOf<'listUsers'>> {
    const { group, cursor, limit } = query;
    const accounts = await this.accounts.list({ group, after: cursor ?? null, limit });
    return { users: accounts.map(toUserReply), ...toPage(accounts, limit, ({ email }) => email) };
  }

  @Serves('createUser')
  async create(@Call() { caller, body }: CallOf<'createUser'>): Promise<ReplyOf<'createUser'>> {
    return toUserReply(await this.changeUsers.create(body, caller));
  }

  @Serves('getUser')
  async get(@Call() { params }: CallOf<'getUser'>): Promise<ReplyOf<'getUser'>> {
    const account = await this.accounts.find(params.email);
    if (!account) throw noAccount(params.email);
    return toUserReply(account);
  }

  @Serves('updateUser')
  async update(@Call() { caller, params, body }: CallOf<'updateUser'>): Promise<ReplyOf<'updateUser'>> {
    const { account, pausedSchedules } = await this.changeUsers.update(params.email, body, caller);
    return { ...toUserReply(account), ...(pausedSchedules > 0 && { paused_schedules: pausedSchedules }) };
  }

  @Serves('removeUser')
  async remove(@Call() { caller, params }: CallOf<'removeUser'>): Promise<void> {
    await this.changeUsers.remove(params.email, caller);
  }
}
