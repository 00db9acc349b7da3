import { Controller } from '@nestjs/common';
import { metadataFromProc, type BodyOf, type ParamsOf, type ReplyOf } from '@app/contract';
import { CurrentCaller, type Caller } from '../authentication/caller.js';
import { ParsedBody, ParsedParams } from '../http/parse-request.js';
import { Serves } from '../http/serves.js';
import type { FindProc } from './find-proc.js';
import type { RegisterProcs } from './register-procs.js';
import type { RemoveProc } from './remove-proc.js';

@Controller()
export class ProcsController {
  constructor(
    private readonly procs: FindProc,
    private readonly registerProcs: RegisterProcs,
    private readonly removeProc: RemoveProc,
  ) {}

  @Serves('listProcs')
  async list(@CurrentCaller() caller: Caller): Promise<ReplyOf<'listProcs'>> {
    return (await this.procs.listFor(caller)).map(metadataFromProc);
  }

  @Serves('registerProcs')
  async register(
    @CurrentCaller() caller: Caller,
    @ParsedBody() body: BodyOf<'registerProcs'>,
  ): Promise<void> {
    await this.registerProcs.register(body, caller);
  }

  @Serves('getProc')
  async get(
    @CurrentCaller() caller: Caller,
    @ParsedParams() { name }: ParamsOf<'getProc'>,
  ): Promise<ReplyOf<'getProc'>> {
    const { proc, revision, createdAt, updatedAt } = await this.procs.find(name, caller);
    return {
      ...metadataFromProc(proc),
      revision,
      created_at: createdAt.toISOString(),
      updated_at: updatedAt.toISOString(),
    };
  }

  @Serves('removeProc')
  async remove(
    @CurrentCaller() caller: Caller,
    @ParsedParams() { name }: ParamsOf<'removeProc'>,
  ): Promise<void> {
    await this.removeProc.remove(name, caller);
  }
}
