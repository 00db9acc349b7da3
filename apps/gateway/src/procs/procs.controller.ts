import { Controller } from '@nestjs/common';
import { metadataFromProc, type BodyOf, type ReplyOf } from '@app/contract';
import { ProcsStore } from '@app/database';
import { CurrentCaller, type Caller } from '../http/caller.js';
import { ParsedBody } from '../http/parse-request.js';
import { Serves } from '../http/serves.js';
import { RegisterProcs } from './register-procs.js';

@Controller()
export class ProcsController {
  constructor(
    private readonly procs: ProcsStore,
    private readonly registerProcs: RegisterProcs,
  ) {}

  @Serves('listProcs')
  async list(@CurrentCaller() { user, isAdmin }: Caller): Promise<ReplyOf<'listProcs'>> {
    return (await this.procs.list(isAdmin ? null : user.groups)).map(metadataFromProc);
  }

  @Serves('registerProcs')
  async register(
    @CurrentCaller() caller: Caller,
    @ParsedBody() body: BodyOf<'registerProcs'>,
  ): Promise<void> {
    await this.registerProcs.register(body, caller);
  }
}
