import { Controller } from '@nestjs/common';
import type { BodyOf } from '@app/contract';
import { CurrentCaller, type Caller } from '../http/caller.js';
import { ParsedBody } from '../http/parse-request.js';
import { Serves } from '../http/serves.js';
import { SetSecrets } from './set-secrets.js';

@Controller()
export class SecretsController {
  constructor(private readonly setSecrets: SetSecrets) {}

  @Serves('setSecrets')
  async set(@CurrentCaller() caller: Caller, @ParsedBody() body: BodyOf<'setSecrets'>): Promise<void> {
    await this.setSecrets.set(body, caller);
  }
}
