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
import { listenForSignals, signalServerOptions } from '@app/queue';
import { loadWorkerEnv, type WorkerEnv } from './env.js';
import { WorkerModule } from './worker.module.js';
import { WorkerService } from './worker.service.js';

await runService(
  {
    name: 'executor-worker',
    loadSettings: loadWorkerEnv,
    start,
  },
  process.env,
);

async function start({ settings: env, logger, signal, resources }: ServiceContext<WorkerEnv>) {
  const telemetry = await startTelemetry({ service: 'executor-worker', settings: env.telemetry, logger });
  const database = new Database(env.postgres);
  const installationId = await waitForInstallation(database, signal, (error) =>
    logger.warn({ err: error }, 'waiting for Postgres'),
  );
  const app = await NestFactory.createMicroservice<MicroserviceOptions>(
    WorkerModule.register({ env, database, installationId, logger }),
    { ...signalServerOptions(env.redis), logger: new NestLogger(logger) },
  );
  // Nest's type hides it, and its own `init` would run the start-up hooks once more in `listen`.
  await (app as NestMicroservice).registerModules();
  const stopListening = listenForSignals(
    () => app.listen(),
    env.redis,
    (error) => logger.debug({ err: error }, 'signals'),
  );
  const worker = app.get(WorkerService);
  const health = new HealthRegistry()
    .add('postgres', 'required', () => database.ping())
    .add('redis', 'optional', () => worker.pingQueue())
    .add('kubernetes', 'optional', () => worker.checkCluster());
  const healthServer = env.health && (await startHealthServer({ ...env.health, health }));
  resources.defer('service', async () => {
    health.drain();
    stopListening();
    await app.close();
    await telemetry.close();
    await healthServer?.close();
    await database.close();
  });
}
