import { Controller } from '@nestjs/common';
import type { ReplyOf } from '@app/contract';
import type { TokensStore } from '@app/database';
import { isSameEmail } from '@app/domain';
import { Call, type CallOf } from '../authentication/call.js';
import { toPage } from '../http/page.js';
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
  async list(@Call() { caller, query }: CallOf<'listTokens'>): Promise<ReplyOf<'listTokens'>> {
    const { user, isAdmin } = caller;
    const { email, all, cursor, limit } = query;
    const isOwn = !all && (email === undefined || isSameEmail(email, user.email));
    if (!isOwn && !isAdmin) throw onlyAdmins('list the tokens of other accounts');
    const whose = all ? email : (email ?? user.email);
    const tokens = await this.tokens.list({ email: whose, after: cursor ?? null, limit });
    return { tokens: tokens.map(toTokenReply), ...toPage(tokens, limit, ({ id }) => id) };
  }

  @Serves('createToken')
  async create(@Call() { caller, body }: CallOf<'createToken'>): Promise<ReplyOf<'createToken'>> {
    const { token, record } = await this.changeTokens.create(body, caller);
    return { ...toTokenReply(record), token };
  }

  @Serves('revokeToken')
  async revoke(@Call() { caller, params }: CallOf<'revokeToken'>): Promise<void> {
    await this.changeTokens.revoke(params.id, caller);
  }
}
