import 'reflect-metadata';
import type { DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { MicroserviceOptions, NestMicroservice } from '@nestjs/microservices';
import { Database, waitForInstallation } from '@app/database';
import {
  HealthRegistry,
  NestLogger,
  runService,
  startHealthServer,
  startTelemetry,
  type EnvSource,
  type HealthCheck,
  type HealthSettings,
  type Meter,
  type ServiceContext,
  type ServiceSettings,
} from '@app/platform';
import { listenForSignals, signalServerOptions } from '@app/queue';

export interface MicroserviceSettings extends ServiceSettings {
  /** Null: the process does not report its health. */
  health: HealthSettings | null;
}

/** A process that works on queues, ticks and signals, and serves no requests. */
export interface Microservice<Settings extends MicroserviceSettings> {
  /** The process, e.g. `notifier`. */
  name: string;
  /** The app's env.ts. @throws ConfigurationError */
  loadSettings(env: EnvSource): Settings;
  /** Opens what only this service needs, and registers it in `resources`. Its work starts later, when Nest starts the module. */
  open(context: MicroserviceContext<Settings>): Promise<OpenedMicroservice> | OpenedMicroservice;
}

export interface MicroserviceContext<Settings> extends ServiceContext<Settings> {
  database: Database;
  installationId: string;
  meter: Meter;
}

export interface OpenedMicroservice {
  /** Everything that exists in the process. Its providers start and stop working in Nest's lifecycle hooks. */
  module: DynamicModule;
  /** Throws if Redis does not answer. */
  pingRedis: HealthCheck;
  /** What else may be away without making the process unavailable. */
  optionalChecks?: Readonly<Record<string, HealthCheck>>;
}

/**
 * The whole life of the worker, the scheduler and the notifier; see `runService` for signals and exit codes. The service
 * waits for Postgres. Redis may be away: signals are heard once it is back.
 *
 * A stop reports the process as unavailable, stops listening, stops the module's work, and then closes what was opened
 * before it, in reverse order.
 */
export function runMicroservice<Settings extends MicroserviceSettings>(
  service: Microservice<Settings>,
  env: EnvSource,
): Promise<void> {
  return runService({ ...service, start: (context) => start(service, context) }, env);
}

async function start<Settings extends MicroserviceSettings>(
  service: Microservice<Settings>,
  context: ServiceContext<Settings>,
): Promise<void> {
  const { settings, logger, resources, signal } = context;
  const database = resources.use('postgres', new Database(settings.postgres));
  const telemetry = resources.use(
    'telemetry',
    await startTelemetry({ service: service.name, settings: settings.telemetry, logger }),
  );
  const installationId = await waitForInstallation(database, signal, (what) => logger.warn(what));
  const opened = await service.open({ ...context, database, installationId, meter: telemetry.meter });
  const app = await NestFactory.createMicroservice<MicroserviceOptions>(opened.module, {
    ...signalServerOptions(settings.redis),
    logger: new NestLogger(logger),
    abortOnError: false,
  });
  const health = healthOf(database, opened);
  if (settings.health) {
    resources.use('health server', await startHealthServer({ ...settings.health, health }));
  }
  resources.defer('module', () => app.close());
  // Nest's type hides this method. Its public `init` would run the start-up hooks again in `listen`.
  await (app as NestMicroservice).registerModules();
  const stopListening = listenForSignals(
    () => app.listen(),
    settings.redis,
    (err) => logger.debug({ err }, 'signals'),
  );
  resources.defer('signals', stopListening);
  resources.defer('readiness', () => health.drain());
}

function healthOf(
  database: Database,
  { pingRedis, optionalChecks = {} }: OpenedMicroservice,
): HealthRegistry {
  const health = new HealthRegistry()
    .add('postgres', 'required', () => database.ping())
    .add('redis', 'optional', pingRedis);
  for (const [name, check] of Object.entries(optionalChecks)) health.add(name, 'optional', check);
  return health;
}
