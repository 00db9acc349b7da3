import { Module, type DynamicModule, type Provider, type Type } from '@nestjs/common';
import { APP_FILTER, APP_GUARD } from '@nestjs/core';
import { Database, MetricsStore, ProcsStore } from '@app/database';
import { HealthRegistry, type Logger, type Telemetry } from '@app/platform';
import type { AuthPlugin } from '@app/plugins';
import { SignalSender } from '@app/queue';
import { ACCESS_CONTROLLERS, makeAccessParts } from './access-parts.js';
import { DocsController } from './docs/docs.controller.js';
import { DocsFiles } from './docs/docs-files.js';
import type { GatewaySettings } from './env.js';
import { EXECUTION_CONTROLLERS, makeExecutionParts } from './execution-parts.js';
import { HealthController } from './health/health.controller.js';
import { AuthGuard } from './authentication/auth.guard.js';
import { ErrorFilter } from './http/error.filter.js';
import { GatewayLog } from './http/gateway-log.js';
import { GatewayMetrics } from './metrics/gateway-metrics.js';
import { MetricsController } from './metrics/metrics.controller.js';
import { observeState } from './metrics/observe-state.js';

export interface GatewayParts {
  settings: GatewaySettings;
  database: Database;
  /** Null: accounts in Postgres alone. */
  authPlugin: AuthPlugin | null;
  installationId: string;
  logger: Logger;
  telemetry: Telemetry;
}

/** All that exists in a gateway process. */
@Module({})
export class GatewayModule {
  static register(parts: GatewayParts): DynamicModule {
    const { settings, database, authPlugin, installationId, logger, telemetry } = parts;
    const log = new GatewayLog(logger);
    const procs = new ProcsStore(database);
    const signals = new SignalSender(settings.redis, installationId, (err) =>
      logger.debug({ err }, 'signals'),
    );
    const accessParts = makeAccessParts({ settings, database, authPlugin, procs, log, signals });
    const { access, authenticator, audit } = accessParts;
    const metrics = new GatewayMetrics(telemetry);
    const { queue, streams, objects } = makeExecutionParts({
      settings,
      database,
      installationId,
      procs,
      access,
      authenticator,
      audit,
      log,
      metrics,
      signals,
    });
    const health = new HealthRegistry()
      .add('postgres', 'required', () => database.ping())
      .add('redis', 'optional', () => queue.ping());
    observeState(telemetry.meter, {
      store: new MetricsStore(database),
      health,
      openLogStreams: () => streams.count(),
    });

    return {
      module: GatewayModule,
      controllers: [
        ...EXECUTION_CONTROLLERS,
        ...ACCESS_CONTROLLERS,
        HealthController,
        MetricsController,
        DocsController,
      ],
      providers: [
        { provide: APP_GUARD, useClass: AuthGuard },
        { provide: APP_FILTER, useClass: ErrorFilter },
        DocsFiles,
        ...instances(
          log,
          metrics,
          health,
          audit,
          access,
          authenticator,
          procs,
          queue,
          signals,
          ...accessParts.objects,
          ...objects,
        ),
      ],
    };
  }
}

/** Each object under its own class. */
function instances(...objects: object[]): Provider[] {
  return objects.map((object) => ({ provide: object.constructor as Type, useValue: object }));
}
