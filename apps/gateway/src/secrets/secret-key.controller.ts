import { Controller } from '@nestjs/common';
import type { ReplyOf } from '@app/contract';
import { Call, type CallOf } from '../authentication/call.js';
import { Serves } from '../http/serves.js';
import type { RotateSecretKey } from './rotate-secret-key.js';

@Controller()
export class SecretKeyController {
  constructor(private readonly rotateSecretKey: RotateSecretKey) {}

  @Serves('checkSecretKey')
  async check(@Call() { query }: CallOf<'checkSecretKey'>): Promise<ReplyOf<'checkSecretKey'>> {
    return await this.rotateSecretKey.check(query);
  }

  @Serves('rotateSecretKey')
  async rotate(@Call() { caller, query }: CallOf<'rotateSecretKey'>): Promise<ReplyOf<'rotateSecretKey'>> {
    return await this.rotateSecretKey.rotate(query, caller);
  }
}
