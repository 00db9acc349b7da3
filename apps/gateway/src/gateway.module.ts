import { Module, type DynamicModule, type Provider, type Type } from '@nestjs/common';
import { APP_FILTER, APP_GUARD } from '@nestjs/core';
import {
  AccountsStore,
  AuditStore,
  Database,
  ExecutionsStore,
  LogsStore,
  ProcsStore,
  SecretBox,
  SecretsStore,
  StuckExecutionsStore,
} from '@app/database';
import { HealthRegistry, type Logger } from '@app/platform';
import { ExecutionQueue, NewsPublisher, NewsSubscriber } from '@app/queue';
import type { GatewaySettings } from './env.js';
import { Backlog } from './executions/backlog.js';
import { CancelExecution } from './executions/cancel-execution.js';
import { CancelSignal } from './executions/cancel-signal.js';
import { EnqueueExecutions } from './executions/enqueue-executions.js';
import { ExecutionsController } from './executions/executions.controller.js';
import { FindExecution } from './executions/find-execution.js';
import { LogNews } from './executions/log-news.js';
import { OpenStreams } from './executions/open-streams.js';
import { ServeLog } from './executions/serve-log.js';
import { StreamLog } from './executions/stream-log.js';
import { SubmitExecution } from './executions/submit-execution.js';
import { TailLog } from './executions/tail-log.js';
import { HealthController } from './health/health.controller.js';
import { AuditTrail } from './http/audit-trail.js';
import { AccessRules, AuthGuard } from './http/auth.guard.js';
import { Authenticator } from './http/authenticator.js';
import { ErrorFilter } from './http/error.filter.js';
import { GatewayLog } from './http/gateway-log.js';
import { ProcsController } from './procs/procs.controller.js';
import { RegisterProcs } from './procs/register-procs.js';
import { SecretsController } from './secrets/secrets.controller.js';
import { SetSecrets } from './secrets/set-secrets.js';

export interface GatewayParts {
  settings: GatewaySettings;
  database: Database;
  installationId: string;
  logger: Logger;
}

/** All that exists in a gateway process. */
@Module({})
export class GatewayModule {
  static register({ settings, database, installationId, logger }: GatewayParts): DynamicModule {
    const { access, redis } = settings;
    const onRedisError = (err: Error) => logger.debug({ err }, 'redis');
    const log = new GatewayLog(logger);

    const executions = new ExecutionsStore(database, { installationId, userShare: settings.userShare });
    const procs = new ProcsStore(database);
    const secrets = new SecretsStore(database, new SecretBox(settings.secretKey));
    const queue = new ExecutionQueue(redis, installationId, onRedisError);
    const publisher = new NewsPublisher(redis, installationId, onRedisError);
    const subscriber = new NewsSubscriber(redis, installationId, onRedisError);

    const audit = new AuditTrail(new AuditStore(database), log);
    const groupsOfEverybody = access.isAuthenticationOn ? null : access.adminGroups;
    const authenticator = new Authenticator(new AccountsStore(database), groupsOfEverybody);

    const enqueue = new EnqueueExecutions(queue, new StuckExecutionsStore(database), log);
    const backlog = new Backlog(queue, settings.queueLimit);
    const finder = new FindExecution(executions, procs, access.adminGroups);
    const signal = new CancelSignal(redis, installationId, log);
    const streams = new OpenStreams(log);
    const tailLog = new TailLog(new LogsStore(database), executions, new LogNews(subscriber));
    const streamLog = new StreamLog(tailLog, streams, settings.logStream, log);

    return {
      module: GatewayModule,
      controllers: [ExecutionsController, ProcsController, SecretsController, HealthController],
      providers: [
        { provide: APP_GUARD, useClass: AuthGuard },
        { provide: APP_FILTER, useClass: ErrorFilter },
        ...instances(
          log,
          audit,
          authenticator,
          procs,
          queue,
          publisher,
          subscriber,
          streams,
          enqueue,
          finder,
        ),
        ...instances(
          new AccessRules(access.adminGroups, access.minClientVersion),
          new SubmitExecution(executions, procs, backlog, enqueue, audit),
          new CancelExecution(executions, finder, enqueue, signal, publisher, audit),
          new ServeLog(finder, authenticator, streamLog, settings.publicOrigin),
          new RegisterProcs(procs, secrets, audit),
          new SetSecrets(secrets, procs, audit),
          new HealthRegistry()
            .add('postgres', 'required', () => database.ping())
            .add('redis', 'optional', () => queue.ping()),
        ),
      ],
    };
  }
}

/** Each object under its own class. */
function instances(...objects: object[]): Provider[] {
  return objects.map((object) => ({ provide: object.constructor as Type, useValue: object }));
}
