import type {
  ExecutionsStore,
  LeasesStore,
  LogsStore,
  ProcsStore,
  RefusalsStore,
  SecretsStore,
} from '@app/database';
import type { SecurityDefaults } from '@app/domain';
import type { ExecutionQueue, ExecutionUpdates, NotificationSignal } from '@app/queue';
import type { Cluster } from '@app/runner';
import type { StartLimits } from './assess-start.js';
import type { LogWriter } from './log-writer.js';

export interface WorkerSettings {
  workerId: string;
  installationId: string;
  defaultTimeoutSeconds: number;
  defaultRetries: number;
  serviceAccountName: string | null;
  podAnnotations: Readonly<Record<string, string>>;
  /** What procs may add to those (libs/domain `AllowedSettings`). */
  allowedAnnotations: readonly string[];
  security: SecurityDefaults;
  startLimits: StartLimits;
  /** For how long Kubernetes may refuse a Job or its pods. An outage does not count. */
  refusedLimitMs: number;
  logLimitBytes: number;
}

/** The part of a pino logger the worker uses. */
export interface WorkerLog {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** What following executions needs; one per process. */
export interface WorkerContext {
  settings: WorkerSettings;
  cluster: Cluster;
  leases: LeasesStore;
  refusals: RefusalsStore;
  executions: ExecutionsStore;
  logs: LogsStore;
  secrets: SecretsStore;
  /** For the texts of files. */
  procs: Pick<ProcsStore, 'readFiles'>;
  queue: ExecutionQueue;
  updates: ExecutionUpdates;
  /** Wakes the notifiers. */
  notifications: Pick<NotificationSignal, 'send' | 'close'>;
  logWriter: LogWriter;
  log: WorkerLog;
}
