import { Controller } from '@nestjs/common';
import type { ReplyOf } from '@app/contract';
import { Call, type CallOf } from '../authentication/call.js';
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
  async set(@Call() { caller, body }: CallOf<'setSecrets'>): Promise<void> {
    await this.setSecrets.set(body, caller);
  }

  @Serves('listSecrets')
  async list(@Call() { params }: CallOf<'listSecrets'>): Promise<ReplyOf<'listSecrets'>> {
    const secrets = await this.listSecrets.list(params.name);
    return {
      job_name: params.name,
      secrets: secrets.map((secret) => ({
        name: secret.name,
        set_at: secret.setAt.toISOString(),
        set_by: secret.setBy,
      })),
    };
  }

  @Serves('removeSecret')
  async remove(@Call() { caller, params }: CallOf<'removeSecret'>): Promise<void> {
    await this.removeSecret.remove(params.name, params.secret, caller);
  }
}
