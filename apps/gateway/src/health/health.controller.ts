import { Controller, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { ReplyOf } from '@app/contract';
import { httpStatusOfHealth, type HealthRegistry } from '@app/platform';
import { Serves, ServesByHand } from '../http/serves.js';

@Controller()
export class HealthController {
  constructor(private readonly health: HealthRegistry) {}

  @Serves('ping')
  ping(): 'pong' {
    return 'pong';
  }

  @Serves('healthLive')
  live(): ReplyOf<'healthLive'> {
    return { status: 'ok' };
  }

  @ServesByHand('healthReady')
  async ready(@Res() reply: FastifyReply): Promise<void> {
    const report = await this.health.report();
    await reply.code(httpStatusOfHealth(report)).send(report satisfies ReplyOf<'healthReady'>);
  }
}
