import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import {
  ExecutionsStore,
  LeasesStore,
  LogsStore,
  ProcsStore,
  RefusalsStore,
  SecretBox,
  SecretsStore,
  waitForPodRules,
  type PodRules,
  WorkersStore,
} from '@app/database';
import { annotationsByDefault } from '@app/domain';
import type { MicroserviceContext } from '@app/microservice';
import {
  ExecutionQueue,
  ExecutionUpdates,
  logRedisErrors,
  NotificationSignal,
  SignalSender,
} from '@app/queue';
import { createKubernetesCluster } from '@app/runner';
import type { WorkerEnv } from './env.js';
import { CREATE_TIMEOUT_MS } from './launch-job.js';
import { LogWriter } from './log-writer.js';
import type { WorkerSettings } from './worker-context.js';
import { WorkerService } from './worker.service.js';

/** Opens the connections of a worker process. They outlive the work of the service it returns. */
export async function openWorker(context: MicroserviceContext<WorkerEnv>): Promise<WorkerService> {
  const { settings: env, database, installationId, logger, resources } = context;
  const podRules = await waitForPodRules(database, context.signal, (what) => logger.warn(what));
  const onRedisError = logRedisErrors(logger);
  const executions = new ExecutionsStore(database, { installationId, userShare: env.userShare });
  const logs = new LogsStore(database);
  const queue = resources.use('queue', new ExecutionQueue(env.redis, installationId, onRedisError));
  const updates = resources.use('updates', new ExecutionUpdates(env.redis, installationId, onRedisError));
  const signals = new SignalSender(env.redis, installationId, onRedisError);
  const notifications = resources.use('notifications', new NotificationSignal(signals));
  const cluster = resources.use(
    'cluster',
    createKubernetesCluster({
      ...env.kubernetes,
      installationId,
      requestTimeoutMs: CREATE_TIMEOUT_MS,
      onError: (what, err) => logger.warn({ err }, what),
    }),
  );
  const logWriter = resources.use(
    'log writer',
    new LogWriter(logs, {
      onStored: (ids) => updates.publish(ids),
      onError: (err) => logger.error({ err }, 'could not store log lines'),
    }),
  );
  return new WorkerService({
    context: {
      settings: workerSettings(env, installationId, podRules),
      leases: new LeasesStore(database, { userShare: env.userShare }),
      procs: new ProcsStore(database),
      refusals: new RefusalsStore(database),
      secrets: new SecretsStore(database, new SecretBox(...env.secretKeys)),
      log: logger,
      ...{ cluster, executions, logs, queue, updates, notifications, logWriter },
    },
    workers: new WorkersStore(database),
    signals,
    redis: env.redis,
    concurrency: env.concurrency,
  });
}

function workerSettings(
  env: WorkerEnv,
  installationId: string,
  { podSecurity, keptAnnotations }: PodRules,
): WorkerSettings {
  return {
    // New at each start, so that this process does not own what an earlier one claimed.
    workerId: `${hostname()}-${process.pid}-${randomBytes(4).toString('hex')}`,
    installationId,
    defaultTimeoutSeconds: env.job.timeoutSeconds,
    defaultRetries: env.job.retries,
    serviceAccountName: env.job.serviceAccountName,
    podAnnotations: env.job.podAnnotations,
    allowedAnnotations: env.allowedAnnotations ?? annotationsByDefault(keptAnnotations),
    security: { ...env.job.security, level: env.podSecurity ?? podSecurity },
    startLimits: env.startLimits,
    refusedLimitMs: env.refusedLimitMs,
    logLimitBytes: env.logLimitBytes,
  };
}
