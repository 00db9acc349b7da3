import 'reflect-metadata';
import { Module, type DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { MicroserviceOptions } from '@nestjs/microservices';
import { Database, waitForInstallation, warnOfExcessRights } from '@app/database';
import {
  HealthRegistry,
  NestLogger,
  registerController,
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
  /** The names of the variables that it reads. */
  variables: readonly string[];
  /** The app's env.ts. @throws ConfigurationError */
  loadSettings(env: EnvSource): Settings;
  /** Opens what only this service needs, and registers it in `resources`. Its work starts later. */
  open(context: MicroserviceContext<Settings>): Promise<OpenedMicroservice> | OpenedMicroservice;
}

export interface MicroserviceContext<Settings> extends ServiceContext<Settings> {
  database: Database;
  installationId: string;
  meter: Meter;
}

export interface OpenedMicroservice {
  work: Work;
  /** The controller that handles signals. It hears them only while the process works. */
  signals: object;
  /** Throws if Redis does not answer. */
  pingRedis: HealthCheck;
  /** What else may be away without making the process unavailable. */
  optionalChecks?: Readonly<Record<string, HealthCheck>>;
}

/** What the process does until it stops. */
export interface Work {
  start(): Promise<void> | void;
  stop(): Promise<void>;
}

/**
 * The whole life of the worker, the scheduler and the notifier; see `runService` for signals and exit codes. The service
 * waits for Postgres. Redis may be away: signals are heard once it is back.
 *
 * A stop reports the process as unavailable, stops listening, stops the work, and then closes what was opened before
 * it, in reverse order.
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
  const warn = (what: string) => logger.warn(what);
  const installationId = await waitForInstallation(database, signal, warn);
  await warnOfExcessRights(database, warn);
  const opened = await service.open({ ...context, database, installationId, meter: telemetry.meter });
  const health = healthOf(database, opened);
  if (settings.health) {
    resources.use('health server', await startHealthServer({ ...settings.health, health }));
  }
  resources.defer('work', () => opened.work.stop());
  await opened.work.start();
  const app = await NestFactory.createMicroservice<MicroserviceOptions>(
    SignalsModule.register(opened.signals),
    {
      ...signalServerOptions(settings.redis),
      logger: new NestLogger(logger),
      abortOnError: false,
    },
  );
  resources.defer('signal server', () => app.close());
  const stopListening = listenForSignals(
    () => app.listen(),
    settings.redis,
    (err) => logger.debug({ err }, 'signals'),
  );
  resources.defer('signals', stopListening);
  resources.defer('readiness', () => health.drain());
}

/** Registers the controller with Nest, which passes signals to it and creates nothing itself. */
@Module({})
class SignalsModule {
  static register(controller: object): DynamicModule {
    return { module: SignalsModule, controllers: [registerController(controller)] };
  }
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
