import { Controller, Ip } from '@nestjs/common';
import type { BodyOf, ReplyOf } from '@app/contract';
import { ParsedBody } from '../http/parse-request.js';
import { Serves } from '../http/serves.js';
import type { SignIn } from './sign-in.js';

@Controller()
export class SignInController {
  constructor(private readonly signIn: SignIn) {}

  @Serves('getSignIn')
  describe(): ReplyOf<'getSignIn'> {
    return this.signIn.describe();
  }

  @Serves('startSignIn')
  async start(@Ip() address: string): Promise<ReplyOf<'startSignIn'>> {
    return this.signIn.start(address);
  }

  @Serves('pollSignIn')
  async poll(
    @Ip() address: string,
    @ParsedBody() body: BodyOf<'pollSignIn'>,
  ): Promise<ReplyOf<'pollSignIn'>> {
    return this.signIn.poll(body.device_code, address);
  }

  @Serves('refreshSignIn')
  async refresh(
    @Ip() address: string,
    @ParsedBody() body: BodyOf<'refreshSignIn'>,
  ): Promise<ReplyOf<'refreshSignIn'>> {
    return this.signIn.refresh(body.refresh_token, address);
  }
}
