import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Database, waitForInstallation } from '@app/database';
import {
  HealthRegistry,
  NestLogger,
  type Logger,
  type RunningService,
  type ServiceContext,
} from '@app/platform';
import { ExecutionQueue, NewsPublisher, NewsSubscriber } from '@app/queue';
import type { GatewaySettings } from './env.js';
import { EnqueueExecutions } from './executions/enqueue-executions.js';
import { OpenStreams } from './executions/open-streams.js';
import { GatewayModule } from './gateway.module.js';
import { AuditTrail } from './http/audit-trail.js';
import { trackConnections } from './http/close-connections.js';
import { createHttpServer } from './http/http-server.js';
import { routeUpgrades } from './http/route-upgrades.js';

export interface RunningGateway extends RunningService {
  app: NestFastifyApplication;
}

/** Waits for Postgres, then serves. Redis may be away. */
export async function startGateway({
  settings,
  logger,
  signal,
}: ServiceContext<GatewaySettings>): Promise<RunningGateway> {
  if (!settings.access.isAuthenticationOn) {
    logger.warn('authentication is off (PROCTOR_AUTH_ENABLED): everybody who can connect is an admin');
  }
  const database = new Database(settings.postgres);
  const installationId = await waitForInstallation(database, signal, (err) => {
    logger.warn({ err }, 'waiting for Postgres');
  });
  const app = await NestFactory.create<NestFastifyApplication>(
    GatewayModule.register({ settings, database, installationId, logger }),
    createHttpServer(settings),
    { logger: nestLogger(settings, logger), bodyParser: false, abortOnError: false },
  );
  const closeConnections = trackConnections(app.getHttpServer());
  routeUpgrades(app.getHttpAdapter().getInstance());
  await app.listen({ port: settings.port, host: settings.host });
  logger.info({ host: settings.host, port: settings.port, installationId }, 'listening');
  return { app, stop: () => stop(app, database, closeConnections) };
}

/** Nest tells at `info` of each route and module. */
function nestLogger({ logLevel }: GatewaySettings, logger: Logger): NestLogger {
  return new NestLogger(logger.child({}, { level: logLevel === 'info' ? 'warn' : logLevel }));
}

async function stop(
  app: NestFastifyApplication,
  database: Database,
  closeConnections: () => () => void,
): Promise<void> {
  app.get(HealthRegistry).drain();
  app.get(OpenStreams).closeAll();
  const closed = app.close();
  const whenClosed = closeConnections();
  await closed;
  whenClosed();
  await app.get(EnqueueExecutions).drain();
  await app.get(AuditTrail).drain();
  app.get(NewsSubscriber).close();
  app.get(NewsPublisher).close();
  await app.get(ExecutionQueue).close();
  await database.close();
}
