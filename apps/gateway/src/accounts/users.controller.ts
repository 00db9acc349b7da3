import { Controller } from '@nestjs/common';
import type { BodyOf, ParamsOf, QueryOf, ReplyOf } from '@app/contract';
import type { AccountsStore } from '@app/database';
import { CurrentCaller, type Caller } from '../authentication/caller.js';
import { toPage } from '../http/page.js';
import { ParsedBody, ParsedParams, ParsedQuery } from '../http/parse-request.js';
import { Serves } from '../http/serves.js';
import { noAccount, type ChangeUsers } from './change-users.js';
import { toUserReply } from './to-reply.js';

@Controller()
export class UsersController {
  constructor(
    private readonly accounts: AccountsStore,
    private readonly changeUsers: ChangeUsers,
  ) {}

  @Serves('whoAmI')
  whoAmI(@CurrentCaller() { user, isAdmin }: Caller): ReplyOf<'whoAmI'> {
    const { email, name, groups } = user;
    return { email, name, groups: [...groups], is_admin: isAdmin };
  }

  @Serves('listUsers')
  async list(@ParsedQuery() { group, cursor, limit }: QueryOf<'listUsers'>): Promise<ReplyOf<'listUsers'>> {
    const accounts = await this.accounts.list({ group, after: cursor ?? null, limit });
    return { users: accounts.map(toUserReply), ...toPage(accounts, limit, ({ email }) => email) };
  }

  @Serves('createUser')
  async create(
    @CurrentCaller() caller: Caller,
    @ParsedBody() body: BodyOf<'createUser'>,
  ): Promise<ReplyOf<'createUser'>> {
    return toUserReply(await this.changeUsers.create(body, caller));
  }

  @Serves('getUser')
  async get(@ParsedParams() { email }: ParamsOf<'getUser'>): Promise<ReplyOf<'getUser'>> {
    const account = await this.accounts.find(email);
    if (!account) throw noAccount(email);
    return toUserReply(account);
  }

  @Serves('updateUser')
  async update(
    @CurrentCaller() caller: Caller,
    @ParsedParams() { email }: ParamsOf<'updateUser'>,
    @ParsedBody() body: BodyOf<'updateUser'>,
  ): Promise<ReplyOf<'updateUser'>> {
    const { account, pausedSchedules } = await this.changeUsers.update(email, body, caller);
    return { ...toUserReply(account), ...(pausedSchedules > 0 && { paused_schedules: pausedSchedules }) };
  }

  @Serves('removeUser')
  async remove(
    @CurrentCaller() caller: Caller,
    @ParsedParams() { email }: ParamsOf<'removeUser'>,
  ): Promise<void> {
    await this.changeUsers.remove(email, caller);
  }
}
