import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import type { MicroserviceOptions, NestMicroservice } from '@nestjs/microservices';
import { Database, waitForInstallation } from '@app/database';
import {
  HealthRegistry,
  NestLogger,
  runService,
  startHealthServer,
  startTelemetry,
  type ServiceContext,
} from '@app/platform';
import { ExecutionQueue, listenForSignals, signalServerOptions } from '@app/queue';
import { loadSchedulerEnv, type SchedulerEnv } from './env.js';
import { SchedulerModule } from './scheduler.module.js';

await runService(
  {
    name: 'scheduler',
    loadSettings: loadSchedulerEnv,
    start,
  },
  process.env,
);

async function start({ settings: env, logger, signal, resources }: ServiceContext<SchedulerEnv>) {
  const telemetry = await startTelemetry({ service: 'scheduler', settings: env.telemetry, logger });
  const database = new Database({ ...env.postgres, maxConnections: env.postgres.maxConnections - 1 });
  // A tick waits behind no sweep, and finds a process of Postgres that has its pages at hand.
  const databaseOfTicks = new Database({ ...env.postgres, maxConnections: 1 });
  const installationId = await waitForInstallation(database, signal, (error) =>
    logger.warn({ err: error }, 'waiting for Postgres'),
  );
  const queue = new ExecutionQueue(env.redis, installationId, (error) =>
    logger.debug({ err: error }, 'redis'),
  );
  const app = await NestFactory.createMicroservice<MicroserviceOptions>(
    SchedulerModule.register({ env, database, databaseOfTicks, queue, installationId, logger }),
    { ...signalServerOptions(env.redis), logger: new NestLogger(logger) },
  );
  // Nest's type hides it, and its own `init` would run the start-up hooks once more in `listen`.
  await (app as NestMicroservice).registerModules();
  const stopListening = listenForSignals(
    () => app.listen(),
    env.redis,
    (error) => logger.debug({ err: error }, 'signals'),
  );
  const health = new HealthRegistry()
    .add('postgres', 'required', () => database.ping())
    .add('redis', 'optional', () => queue.ping());
  const healthServer = env.health && (await startHealthServer({ ...env.health, health }));
  resources.defer('service', async () => {
    health.drain();
    stopListening();
    await app.close();
    await telemetry.close();
    await healthServer?.close();
    await queue.close();
    await databaseOfTicks.close();
    await database.close();
  });
}
