import { Controller } from '@nestjs/common';
import type { BodyOf, ParamsOf, QueryOf, ReplyOf } from '@app/contract';
import type { TokensStore } from '@app/database';
import { CurrentCaller, type Caller } from '../authentication/caller.js';
import { toPage } from '../http/page.js';
import { ParsedBody, ParsedParams, ParsedQuery } from '../http/parse-request.js';
import { Serves } from '../http/serves.js';
import { onlyAdmins, type ChangeTokens } from './change-tokens.js';
import { toTokenReply } from './to-reply.js';

@Controller()
export class TokensController {
  constructor(
    private readonly tokens: TokensStore,
    private readonly changeTokens: ChangeTokens,
  ) {}

  @Serves('listTokens')
  async list(
    @CurrentCaller() { user, isAdmin }: Caller,
    @ParsedQuery() { email, all, cursor, limit }: QueryOf<'listTokens'>,
  ): Promise<ReplyOf<'listTokens'>> {
    const isOwn = !all && (email === undefined || email === user.email);
    if (!isOwn && !isAdmin) throw onlyAdmins('list the tokens of other accounts');
    const whose = all ? email : (email ?? user.email);
    const tokens = await this.tokens.list({ email: whose, after: cursor ?? null, limit });
    return { tokens: tokens.map(toTokenReply), ...toPage(tokens, limit, ({ id }) => id) };
  }

  @Serves('createToken')
  async create(
    @CurrentCaller() caller: Caller,
    @ParsedBody() body: BodyOf<'createToken'>,
  ): Promise<ReplyOf<'createToken'>> {
    const { token, record } = await this.changeTokens.create(body, caller);
    return { ...toTokenReply(record), token };
  }

  @Serves('revokeToken')
  async revoke(
    @CurrentCaller() caller: Caller,
    @ParsedParams() { id }: ParamsOf<'revokeToken'>,
  ): Promise<void> {
    await this.changeTokens.revoke(id, caller);
  }
}
