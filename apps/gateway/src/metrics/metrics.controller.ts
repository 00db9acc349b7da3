import { Controller, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { PROMETHEUS_CONTENT_TYPE } from '@app/platform';
import { ServesByHand } from '../http/serves.js';
import type { GatewayMetrics } from './gateway-metrics.js';

@Controller()
export class MetricsController {
  constructor(private readonly metrics: GatewayMetrics) {}

  @ServesByHand('metrics')
  async page(@Res() reply: FastifyReply): Promise<void> {
    await reply.header('content-type', PROMETHEUS_CONTENT_TYPE).send(await this.metrics.page());
  }
}
