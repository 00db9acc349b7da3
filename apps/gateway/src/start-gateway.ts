import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Database, waitForInstallation } from '@app/database';
import {
  HealthRegistry,
  NestLogger,
  startTelemetry,
  type Logger,
  type ServiceContext,
  type Telemetry,
} from '@app/platform';
import { loadAuthPlugin, type AuthPlugin } from '@app/plugins';
import { ExecutionQueue, ExecutionUpdates, NewsSubscriber, SignalSender } from '@app/queue';
import { POSTGRES_PLUGIN } from './authentication/authentication-vars.js';
import type { GatewaySettings } from './env.js';
import { EnqueueExecutions } from './executions/enqueue-executions.js';
import { OpenStreams } from './executions/open-streams.js';
import { GatewayModule } from './gateway.module.js';
import { AuditTrail } from './audit/audit-trail.js';
import { trackConnections } from './http/close-connections.js';
import { createHttpServer } from './http/http-server.js';
import { routeUpgrades } from './http/route-upgrades.js';
import { GatewayMetrics } from './metrics/gateway-metrics.js';
import { measureRequests } from './metrics/measure-requests.js';

export interface RunningGateway {
  app: NestFastifyApplication;
}

/** Waits for Postgres, then serves. Redis may be away. @throws PluginError if the authentication plugin is broken */
export async function startGateway({
  settings,
  logger,
  signal,
  resources,
}: ServiceContext<GatewaySettings>): Promise<RunningGateway> {
  if (!settings.access.isAuthenticationOn) {
    logger.warn('authentication is off (PROCTOR_AUTH_ENABLED): everybody who can connect is an admin');
  }
  const authPlugin = await loadPlugin(settings, logger);
  const database = new Database(settings.postgres);
  const installationId = await waitForInstallation(database, signal, (err) => {
    logger.warn({ err }, 'waiting for Postgres');
  });
  const telemetry = await startTelemetry({ service: 'gateway', settings: settings.telemetry, logger });
  const app = await NestFactory.create<NestFastifyApplication>(
    GatewayModule.register({ settings, database, authPlugin, installationId, logger, telemetry }),
    createHttpServer(settings),
    { logger: nestLogger(settings, logger), bodyParser: false, abortOnError: false },
  );
  const closeConnections = trackConnections(app.getHttpServer());
  const fastify = app.getHttpAdapter().getInstance();
  measureRequests(fastify, app.get(GatewayMetrics));
  routeUpgrades(fastify);
  await app.listen({ port: settings.port, host: settings.host });
  logger.info({ host: settings.host, port: settings.port, installationId }, 'listening');
  resources.defer('gateway', () => stop(app, database, telemetry, closeConnections));
  return { app };
}

/** Null: none beside the accounts in Postgres. @throws PluginError */
async function loadPlugin({ access }: GatewaySettings, logger: Logger): Promise<AuthPlugin | null> {
  const { isAuthenticationOn, plugin } = access;
  if (!isAuthenticationOn || plugin.name === POSTGRES_PLUGIN) return null;
  return loadAuthPlugin({ ...plugin, baseFolder: process.cwd(), logger });
}

/** Nest tells at `info` of each route and module. */
function nestLogger({ logLevel }: GatewaySettings, logger: Logger): NestLogger {
  return new NestLogger(logger.child({}, { level: logLevel === 'info' ? 'warn' : logLevel }));
}

async function stop(
  app: NestFastifyApplication,
  database: Database,
  telemetry: Telemetry,
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
  // Before the database: its last look runs a query.
  await telemetry.close();
  app.get(NewsSubscriber).close();
  app.get(ExecutionUpdates).close();
  app.get(SignalSender).close();
  await app.get(ExecutionQueue).close();
  await database.close();
}
