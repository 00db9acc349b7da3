import { Controller, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { ReplyOf } from '@app/contract';
import { httpStatusOfHealth, type HealthRegistry } from '@app/platform';
import { Serves, ServesByHand } from '../http/serves.js';

@Controller()
export class HealthController {
  /** @param version the gateway's; null: unknown */
  constructor(
    private readonly health: HealthRegistry,
    private readonly version: string | null,
  ) {}

  @Serves('ping')
  ping(): 'pong' {
    return 'pong';
  }

  @Serves('healthLive')
  live(): ReplyOf<'healthLive'> {
    return { status: 'ok', ...this.versionField() };
  }

  @ServesByHand('healthReady')
  async ready(@Res() reply: FastifyReply): Promise<void> {
    const report = await this.health.report();
    const body = { ...report, ...this.versionField() };
    await reply.code(httpStatusOfHealth(report)).send(body satisfies ReplyOf<'healthReady'>);
  }

  private versionField(): { version?: string } {
    return this.version === null ? {} : { version: this.version };
  }
}
