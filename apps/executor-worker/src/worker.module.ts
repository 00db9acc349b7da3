import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { Module, type DynamicModule } from '@nestjs/common';
import {
  Database,
  ExecutionsStore,
  LeasesStore,
  LogsStore,
  SecretBox,
  SecretsStore,
  WorkersStore,
} from '@app/database';
import type { Logger } from '@app/platform';
import { ExecutionQueue, ExecutionUpdates, NotificationSignal, SignalSender } from '@app/queue';
import { createKubernetesRunner } from '@app/runner';
import type { WorkerEnv } from './env.js';
import { CREATE_TIMEOUT_MS } from './launch-job.js';
import { LogWriter } from './log-writer.js';
import { SignalsController } from './signals.controller.js';
import type { WorkerContext } from './worker-context.js';
import { WorkerService } from './worker.service.js';

export interface WorkerParts {
  env: WorkerEnv;
  database: Database;
  installationId: string;
  logger: Logger;
}

/** All that exists in a worker process. */
@Module({})
export class WorkerModule {
  static register({ env, database, installationId, logger }: WorkerParts): DynamicModule {
    const onRedisError = (error: Error) => logger.debug({ err: error }, 'redis');
    const executions = new ExecutionsStore(database, { installationId, userShare: env.userShare });
    const news = new ExecutionUpdates(env.redis, installationId, onRedisError);
    const logs = new LogsStore(database);
    const queue = new ExecutionQueue(env.redis, installationId, onRedisError);
    const context: WorkerContext = {
      settings: {
        // New at each start: what an earlier life of this process had claimed is not claimed by this one.
        workerId: `${hostname()}-${process.pid}-${randomBytes(4).toString('hex')}`,
        installationId,
        defaultTimeoutSeconds: env.job.timeoutSeconds,
        defaultRetries: env.job.retries,
        serviceAccountName: env.job.serviceAccountName,
        podAnnotations: env.job.podAnnotations,
        startLimits: env.startLimits,
        logLimitBytes: env.logLimitBytes,
      },
      runner: createKubernetesRunner({
        ...env.kubernetes,
        installationId,
        requestTimeoutMs: CREATE_TIMEOUT_MS,
        onError: (what, error) => logger.warn({ err: error }, what),
      }),
      leases: new LeasesStore(database, executions),
      executions,
      logs,
      secrets: new SecretsStore(database, new SecretBox(env.secretKey)),
      queue,
      news,
      notifications: new NotificationSignal(new SignalSender(env.redis, installationId, onRedisError)),
      logWriter: new LogWriter(logs, {
        onStored: (ids) => news.publish(ids),
        onError: (error) => logger.error({ err: error }, 'lines could not be stored'),
      }),
      log: logger,
    };
    const worker = new WorkerService(context, new WorkersStore(database), {
      redis: env.redis,
      concurrency: env.concurrency,
    });
    return {
      module: WorkerModule,
      controllers: [SignalsController],
      providers: [{ provide: WorkerService, useValue: worker }],
    };
  }
}
