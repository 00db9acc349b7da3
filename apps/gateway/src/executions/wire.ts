import {
  ExecutionsStore,
  AccountsStore,
  HistoryStore,
  LogsStore,
  LogWindowsStore,
  MetricsStore,
  type ProcsStore,
  type SecretsStore,
} from '@app/database';
import type { Logger, OpenResources } from '@app/platform';
import type { AuditTrail } from '../audit/audit-trail.js';
import type { Access } from '../authentication/access.js';
import type { Reauthorizer } from '../authentication/reauthorizer.js';
import type { GatewaySettings } from '../env.js';
import type { GatewayMetrics } from '../metrics/gateway-metrics.js';
import type { Connections } from '../open-connections.js';
import type { FindProc } from '../procs/find-proc.js';
import type { PrepareArgs } from '../procs/prepare-args.js';
import { KeyedHash } from '../secrets/keyed-hash.js';
import { AcceptExecution } from './accept-execution.js';
import { Backlog } from './backlog.js';
import { CancelExecution } from './cancel-execution.js';
import { CancelSignal } from './cancel-signal.js';
import { EnqueueExecutions } from './enqueue-executions.js';
import { ExecutionsController } from './executions.controller.js';
import { FindExecution } from './find-execution.js';
import { ListExecutions } from './list-executions.js';
import { LogUpdates } from './log-updates.js';
import type { OpenStreams } from './open-streams.js';
import { ReadLog } from './read-log.js';
import { ReadLogLines } from './read-log-lines.js';
import { RerunExecution } from './rerun-execution.js';
import { ServeLog } from './serve-log.js';
import { SharedLog } from './shared-log.js';
import { StreamLog } from './stream-log.js';
import { SubmitExecution } from './submit-execution.js';
import { TailLog } from './tail-log.js';

export interface ExecutionsDependencies {
  settings: Pick<GatewaySettings, 'secretKeys' | 'userShare' | 'queueLimit' | 'logStream'>;
  connections: Connections;
  procsStore: ProcsStore;
  secretsStore: SecretsStore;
  findProc: FindProc;
  prepareArgs: PrepareArgs;
  access: Access;
  openStreams: OpenStreams;
  reauthorizer: Reauthorizer;
  audit: AuditTrail;
  /** Called after an audit entry was written in another way. */
  onAudited: () => void;
  metrics: GatewayMetrics;
  logger: Logger;
  resources: OpenResources;
}

/** Accepts, shows and cancels executions, and streams their logs. */
export function wireExecutions({
  settings,
  connections: { database, installationId, queue, updates, updatesSubscriber, signals },
  procsStore,
  secretsStore,
  findProc,
  prepareArgs,
  access,
  openStreams,
  reauthorizer,
  audit,
  onAudited,
  metrics,
  logger,
  resources,
}: ExecutionsDependencies) {
  const executions = new ExecutionsStore(database, { installationId, userShare: settings.userShare });
  const logs = new LogsStore(database);
  const findExecution = new FindExecution(executions, procsStore, access);

  const enqueueExecutions = new EnqueueExecutions(queue, logger);
  resources.defer('executions being enqueued', () => enqueueExecutions.drain());
  const acceptExecution = new AcceptExecution({
    executions,
    prepareArgs,
    secrets: secretsStore,
    enqueueExecutions,
    onAudited,
    metrics,
  });
  const backlog = new Backlog(new MetricsStore(database), executions, settings.queueLimit);
  const bodyHash = new KeyedHash(settings.secretKeys, 'idempotency key body');

  const sharedLog = new SharedLog(logs, executions);
  const tailLog = new TailLog(sharedLog, sharedLog, new LogUpdates(updatesSubscriber));
  const streamLog = new StreamLog(tailLog, openStreams, settings.logStream, logger);

  const controller = new ExecutionsController({
    submitExecution: new SubmitExecution(findProc, backlog, acceptExecution, bodyHash),
    rerunExecution: new RerunExecution({
      executions,
      secrets: secretsStore,
      findExecution,
      findProc,
      backlog,
      acceptExecution,
      bodyHash,
    }),
    listExecutions: new ListExecutions(new HistoryStore(database), findProc, new AccountsStore(database)),
    findExecution,
    cancelExecution: new CancelExecution({
      executions,
      findExecution,
      enqueueExecutions,
      signal: new CancelSignal(signals),
      updates,
      audit,
    }),
    readLog: new ReadLog(findExecution, logs, streamLog, reauthorizer),
    readLogLines: new ReadLogLines(findExecution, new LogWindowsStore(database), logs),
    serveLog: new ServeLog(findExecution, reauthorizer, streamLog),
  });
  return { controllers: [controller] };
}
