import { Controller } from '@nestjs/common';
import type { BodyOf, ParamsOf, ReplyOf } from '@app/contract';
import { CurrentCaller, type Caller } from '../authentication/caller.js';
import { ParsedBody, ParsedParams } from '../http/parse-request.js';
import { Serves } from '../http/serves.js';
import type { ListSecrets } from './list-secrets.js';
import type { RemoveSecret } from './remove-secret.js';
import type { SetSecrets } from './set-secrets.js';

@Controller()
export class SecretsController {
  constructor(
    private readonly setSecrets: SetSecrets,
    private readonly listSecrets: ListSecrets,
    private readonly removeSecret: RemoveSecret,
  ) {}

  @Serves('setSecrets')
  async set(@CurrentCaller() caller: Caller, @ParsedBody() body: BodyOf<'setSecrets'>): Promise<void> {
    await this.setSecrets.set(body, caller);
  }

  @Serves('listSecrets')
  async list(@ParsedParams() { name }: ParamsOf<'listSecrets'>): Promise<ReplyOf<'listSecrets'>> {
    const secrets = await this.listSecrets.list(name);
    return {
      job_name: name,
      secrets: secrets.map((secret) => ({
        name: secret.name,
        set_at: secret.setAt.toISOString(),
        set_by: secret.setBy,
      })),
    };
  }

  @Serves('removeSecret')
  async remove(
    @CurrentCaller() caller: Caller,
    @ParsedParams() { name, secret }: ParamsOf<'removeSecret'>,
  ): Promise<void> {
    await this.removeSecret.remove(name, secret, caller);
  }
}
