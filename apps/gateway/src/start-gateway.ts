import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import {
  NestLogger,
  startHealthServer,
  startTelemetry,
  type Logger,
  type ServiceContext,
} from '@app/platform';
import { loadAuthPlugin, type AuthPlugin } from '@app/plugins';
import { POSTGRES_PLUGIN } from './authentication/authentication-vars.js';
import type { GatewaySettings } from './env.js';
import { GatewayModule, wireGateway, type Gateway } from './gateway.module.js';
import { trackConnections } from './http/close-connections.js';
import { createHttpServer } from './http/http-server.js';
import { routeUpgrades } from './http/route-upgrades.js';
import { measureRequests } from './metrics/measure-requests.js';
import { openConnections } from './open-connections.js';

/** Connections that wait to be accepted; past Node's 511 the system drops them, and clients try again after 1 s and 3 s. */
const LISTEN_BACKLOG = 4_096;

/** Waits for Postgres, then serves. Does not wait for Redis. @throws PluginError if the authentication plugin is broken */
export async function startGateway(context: ServiceContext<GatewaySettings>): Promise<Gateway> {
  const { settings, logger, resources } = context;
  if (!settings.access.isAuthenticationOn) {
    const hosts = ['loopback names', ...settings.allowedHosts].join(', ');
    logger.warn(
      `authentication is off (PROCTOR_AUTH_ENABLED): every client that can connect to ${hosts} is an admin`,
    );
  }
  const authPlugin = await loadPlugin(settings, logger);
  const connections = await openConnections(context);
  const telemetry = await startTelemetry({ service: 'gateway', settings: settings.telemetry, logger });
  // Closed before the connections are: its last export reads from the database and pings Redis.
  resources.use('telemetry', telemetry);
  const gateway = wireGateway({ settings, connections, authPlugin, telemetry, logger, resources });
  await serve(gateway, context);
  // A listener of its own: Node accepts one connection of each listener in a round of the event loop, so health checks do
  // not wait behind thousands of clients.
  if (settings.health) {
    resources.use('health server', await startHealthServer({ ...settings.health, health: gateway.health }));
  }
  // Before the server is closed, which waits for every request that is still being answered.
  resources.defer('log streams', () => gateway.openStreams.closeAll());
  resources.defer('readiness', () => gateway.health.drain());
  gateway.sealer.start();
  const { host, port } = settings;
  logger.info({ host, port, installationId: connections.installationId }, 'listening');
  return gateway;
}

/** Null: none besides the accounts in Postgres. @throws PluginError */
async function loadPlugin({ access }: GatewaySettings, logger: Logger): Promise<AuthPlugin | null> {
  const { isAuthenticationOn, plugin } = access;
  if (!isAuthenticationOn || plugin.name === POSTGRES_PLUGIN) return null;
  return loadAuthPlugin({ ...plugin, baseFolder: process.cwd(), logger });
}

async function serve(
  gateway: Gateway,
  { settings, logger, resources }: ServiceContext<GatewaySettings>,
): Promise<void> {
  const app = await NestFactory.create<NestFastifyApplication>(
    GatewayModule.register(gateway, logger),
    createHttpServer({ ...settings, bodies: gateway.bodies }),
    { logger: nestLogger(settings, logger), bodyParser: false, abortOnError: false },
  );
  gateway.sockets.watch(app.getHttpServer());
  const closeConnections = trackConnections(app.getHttpServer());
  resources.defer('HTTP server', async () => {
    const closed = app.close();
    const whenClosed = closeConnections();
    await closed;
    whenClosed();
  });
  const fastify = app.getHttpAdapter().getInstance();
  measureRequests(fastify, gateway.metrics);
  gateway.hostCheck.guard(fastify);
  gateway.admitRequests.install(fastify);
  gateway.auditWorkload.install(fastify);
  routeUpgrades(fastify);
  await app.listen({ port: settings.port, host: settings.host, backlog: LISTEN_BACKLOG });
}

/** Nest logs each route and module at `info`. */
function nestLogger({ logLevel }: GatewaySettings, logger: Logger): NestLogger {
  return new NestLogger(logger.child({}, { level: logLevel === 'info' ? 'warn' : logLevel }));
}
