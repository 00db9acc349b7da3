import type { Type } from '@nestjs/common';
import { nextFireAt } from '@app/cron';
import {
  ExecutionsStore,
  HistoryStore,
  LogsStore,
  MetricsStore,
  SchedulesStore,
  SecretBox,
  SecretsStore,
  StuckExecutionsStore,
  TicksStore,
  type Database,
  type ProcsStore,
} from '@app/database';
import { Patterns } from '@app/patterns';
import { ExecutionQueue, ExecutionUpdates, NewsSubscriber, type SignalSender } from '@app/queue';
import type { GatewaySettings } from './env.js';
import { AcceptExecution } from './executions/accept-execution.js';
import { Reauthorizer } from './executions/reauthorizer.js';
import { Backlog } from './executions/backlog.js';
import { CancelExecution } from './executions/cancel-execution.js';
import { CancelSignal } from './executions/cancel-signal.js';
import { EnqueueExecutions } from './executions/enqueue-executions.js';
import { ExecutionsController } from './executions/executions.controller.js';
import { FindExecution } from './executions/find-execution.js';
import { KeyedHash } from './executions/keyed-hash.js';
import { ListExecutions } from './executions/list-executions.js';
import { LogNews } from './executions/log-news.js';
import { OpenStreams } from './executions/open-streams.js';
import { ReadLog } from './executions/read-log.js';
import { RerunExecution } from './executions/rerun-execution.js';
import { ServeLog } from './executions/serve-log.js';
import { SharedLog } from './executions/shared-log.js';
import { StreamLog } from './executions/stream-log.js';
import { SubmitExecution } from './executions/submit-execution.js';
import { TailLog } from './executions/tail-log.js';
import type { Access } from './authentication/access.js';
import type { AuditTrail } from './audit/audit-trail.js';
import type { Authenticator } from './authentication/authenticator.js';
import type { GatewayLog } from './http/gateway-log.js';
import type { GatewayMetrics } from './metrics/gateway-metrics.js';
import { FindProc } from './procs/find-proc.js';
import { PrepareArgs } from './procs/prepare-args.js';
import { ProcsController } from './procs/procs.controller.js';
import { RegisterProcs } from './procs/register-procs.js';
import { RemoveProc } from './procs/remove-proc.js';
import { CreateSchedule } from './schedules/create-schedule.js';
import { FindSchedule } from './schedules/find-schedule.js';
import { RemoveSchedule } from './schedules/remove-schedule.js';
import { SchedulesController } from './schedules/schedules.controller.js';
import { UpdateSchedule } from './schedules/update-schedule.js';
import { ListSecrets } from './secrets/list-secrets.js';
import { RemoveSecret } from './secrets/remove-secret.js';
import { SecretsController } from './secrets/secrets.controller.js';
import { SetSecrets } from './secrets/set-secrets.js';

export const EXECUTION_CONTROLLERS: readonly Type[] = [
  ExecutionsController,
  ProcsController,
  SecretsController,
  SchedulesController,
];

interface Given {
  settings: GatewaySettings;
  database: Database;
  installationId: string;
  procs: ProcsStore;
  access: Access;
  authenticator: Authenticator;
  audit: AuditTrail;
  log: GatewayLog;
  metrics: GatewayMetrics;
  signals: SignalSender;
}

/** What accepts executions and shows them, with the procs, secrets and schedules that they come from. */
export function makeExecutionParts(given: Given) {
  const { settings, database, installationId, procs, access, authenticator, audit, log, metrics, signals } =
    given;
  const { redis, secretKey } = settings;
  const onRedisError = (err: Error) => log.logger.debug({ err }, 'redis');
  const queue = new ExecutionQueue(redis, installationId, onRedisError);
  const publisher = new ExecutionUpdates(redis, installationId, onRedisError);
  const subscriber = new NewsSubscriber(redis, installationId, onRedisError);

  const executions = new ExecutionsStore(database, { installationId, userShare: settings.userShare });
  const secrets = new SecretsStore(database, new SecretBox(secretKey));
  const schedules = new SchedulesStore(database, nextFireAt, settings.schedulesPerOwner);
  const logs = new LogsStore(database);

  const patterns = new Patterns();
  const prepareArgs = new PrepareArgs(secrets, patterns);
  const findProc = new FindProc(procs, access);
  const findExecution = new FindExecution(executions, procs, access);
  const findSchedule = new FindSchedule(schedules, procs, findProc, access);

  const enqueue = new EnqueueExecutions(queue, new StuckExecutionsStore(database), log);
  const accept = new AcceptExecution(executions, prepareArgs, enqueue, audit, metrics);
  const backlog = new Backlog(new MetricsStore(database), executions, settings.queueLimit);
  const bodyHash = new KeyedHash(secretKey, 'idempotency key body');
  const argsHash = new KeyedHash(secretKey, 'schedule args');

  const signal = new CancelSignal(signals);
  const streams = new OpenStreams(log);
  const sharedLog = new SharedLog(logs, executions);
  const tailLog = new TailLog(sharedLog, sharedLog, new LogNews(subscriber));
  const streamLog = new StreamLog(tailLog, streams, settings.logStream, log);
  const askAgain = new Reauthorizer(authenticator, access);

  const objects = [
    ...[publisher, subscriber, enqueue, streams, findProc, findExecution, findSchedule],
    new SubmitExecution(findProc, backlog, accept, bodyHash),
    new RerunExecution(executions, secrets, findExecution, findProc, backlog, accept, bodyHash),
    new ListExecutions(new HistoryStore(database), findProc),
    new CancelExecution(executions, findExecution, enqueue, signal, publisher, audit),
    new ServeLog(findExecution, askAgain, streamLog),
    new ReadLog(findExecution, logs, streamLog, askAgain),
    new RegisterProcs(procs, secrets, patterns, settings.allowed, audit),
    new RemoveProc(procs, audit),
    new SetSecrets(secrets, procs, audit),
    new ListSecrets(secrets, procs),
    new RemoveSecret(secrets, audit),
    new CreateSchedule(
      schedules,
      findSchedule,
      prepareArgs,
      argsHash,
      audit,
      signals,
      settings.schedulesPerOwner,
    ),
    new UpdateSchedule(
      schedules,
      findSchedule,
      findProc,
      prepareArgs,
      argsHash,
      audit,
      signals,
      settings.schedulesPerOwner,
    ),
    new RemoveSchedule(schedules, findSchedule, audit),
    new TicksStore(database),
  ];
  return { queue, streams, objects };
}
