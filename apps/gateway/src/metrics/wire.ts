import type { Telemetry } from '@app/platform';
import { GatewayMetrics } from './gateway-metrics.js';
import { MetricsController } from './metrics.controller.js';

export interface MetricsDependencies {
  telemetry: Telemetry;
}

export function wireMetrics({ telemetry }: MetricsDependencies) {
  const metrics = new GatewayMetrics(telemetry);
  return { metrics, controllers: [new MetricsController(metrics)] };
}
