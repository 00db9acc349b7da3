import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import type { MicroserviceOptions, NestMicroservice } from '@nestjs/microservices';
import { Database, DeliveriesStore, NotificationOutboxStore, waitForInstallation } from '@app/database';
import {
  HealthRegistry,
  NestLogger,
  runService,
  startHealthServer,
  startTelemetry,
  type ServiceContext,
} from '@app/platform';
import { listenForSignals, RedisProbe, signalServerOptions } from '@app/queue';
import { loadNotifierEnv, type NotifierEnv } from './env.js';
import { NotifierMetrics } from './notifier-metrics.js';
import { NotifierModule } from './notifier.module.js';
import { openChannels } from './open-channels.js';

await runService(
  {
    name: 'notifier',
    loadSettings: loadNotifierEnv,
    start,
  },
  process.env,
);

async function start({ settings: env, logger, signal, resources }: ServiceContext<NotifierEnv>) {
  const telemetry = await startTelemetry({ service: 'notifier', settings: env.telemetry, logger });
  const database = new Database(env.postgres);
  const installationId = await waitForInstallation(database, signal, (error) =>
    logger.warn({ err: error }, 'waiting for Postgres'),
  );
  const deliveries = new DeliveriesStore(database);
  const outbox = new NotificationOutboxStore(database);
  const channels = await openChannels({
    ...{ env, installationId, outbox },
    ...{ pluginEnv: process.env, baseFolder: process.cwd() },
  });
  const metrics = new NotifierMetrics(telemetry.meter, deliveries);
  const app = await NestFactory.createMicroservice<MicroserviceOptions>(
    NotifierModule.register({
      ...{ installationId, deliveries, outbox, channels, metrics },
      ...{ attempts: env.attempts, log: logger },
    }),
    { ...signalServerOptions(env.redis), logger: new NestLogger(logger) },
  );
  // Nest's type hides it, and its own `init` would run the start-up hooks once more in `listen`.
  await (app as NestMicroservice).registerModules();
  const stopListening = listenForSignals(
    () => app.listen(),
    env.redis,
    (error) => logger.debug({ err: error }, 'signals'),
  );
  const redis = new RedisProbe(env.redis, (error) => logger.debug({ err: error }, 'redis'));
  const health = new HealthRegistry()
    .add('postgres', 'required', () => database.ping())
    .add('redis', 'optional', () => redis.ping());
  const healthServer = env.health && (await startHealthServer({ ...env.health, health }));
  resources.defer('service', async () => {
    health.drain();
    stopListening();
    await app.close();
    await telemetry.close();
    await healthServer?.close();
    redis.close();
    await database.close();
  });
}
