import {
  NotificationPreferencesStore,
  NotificationsStore,
  SecretBox,
  SecretsStore,
  type DeliveryRecord,
} from '@app/database';
import type { ExecutionStatus } from '@app/domain';
import { until } from './api-client.js';
import { postgresEnv, testRedisAddress } from './servers.js';
import { startService, type ServiceProcess } from './service-process.js';
import { anAttempt, aRow, aSubmission, aBatch, claim, openStores, type Stores } from './stores.js';

export interface EndedOptions {
  submission?: Parameters<typeof aSubmission>[0];
  status?: ExecutionStatus;
  exitCode?: number;
  reason?: string;
  log?: readonly string[];
  /** In plain text, as earlier versions stored it. */
  callbackUrl?: string;
}

const KEY = 'ab'.repeat(32);

/** As the gateway seals it. */
export function sealedCallback({ stores }: NotifierBench, url: string) {
  return new SecretsStore(stores.database, new SecretBox(Buffer.from(KEY, 'hex'))).sealCallback('plain', url);
}

/** A database with its outbox, and real notifier processes. */
export interface NotifierBench {
  stores: Stores;
  notifications: NotificationsStore;
  preferences: NotificationPreferencesStore;
  /** Starts another notifier with these settings. */
  startNotifier(env?: Record<string, string>): Promise<ServiceProcess>;
  /** Makes sure that exactly one notifier runs, with these settings. */
  useNotifier(env?: Record<string, string>): Promise<ServiceProcess>;
  /** Accepts an execution and ends it. @returns its id */
  end(options?: EndedOptions): Promise<number>;
  addSchedule(changes?: {
    notifyOn?: string[];
    emails?: string[];
    owner?: string;
    tags?: string;
  }): Promise<number>;
  addEvent(event: string, ids: { executionId?: number; scheduleId?: number }, reason?: string): Promise<void>;
  deliveriesOf(executionId: number): Promise<DeliveryRecord[]>;
  /** Waits until every delivery of the execution (at least one) is in one of these states. */
  settled(executionId: number, states: readonly string[], timeoutMs?: number): Promise<DeliveryRecord[]>;
  stopNotifiers(): Promise<void>;
  close(): Promise<void>;
}

export async function openNotifierBench(): Promise<NotifierBench> {
  const stores = await openStores();
  const notifications = new NotificationsStore(stores.database);
  const services: ServiceProcess[] = [];
  let settings = '';
  const deliveriesOf = async (executionId: number) =>
    notifications.list({ executionId }, { before: null, limit: 100 });
  await stores.query(`insert into proc (name, description, image_name, args, secrets, authorized_groups, author, contributors, organization)
    values ('plain', '', 'proctor/test:1', '[]', '[]', '{}', '', '', '')`);
  let schedules = 0;
  const stopNotifiers = async () => {
    await Promise.all(services.splice(0).map((service) => service.stop()));
  };
  const startNotifier = async (env: Record<string, string> = {}) => {
    const service = await startService('notifier', 'apps/notifier/src/main.js', {
      ...serviceEnv(stores.url),
      ...env,
    });
    services.push(service);
    settings = JSON.stringify(env);
    await service.waitForOutput(/sending notifications/);
    return service;
  };
  return {
    stores,
    notifications,
    preferences: new NotificationPreferencesStore(stores.database),
    startNotifier,
    async useNotifier(env = {}) {
      const [running] = services;
      if (running && services.length === 1 && settings === JSON.stringify(env)) return running;
      await stopNotifiers();
      return startNotifier(env);
    },
    async end({ submission, status = 'FINISHED', exitCode = 0, reason, log = [], callbackUrl } = {}) {
      const { execution } = await stores.executions.submit(aSubmission(submission));
      if (callbackUrl !== undefined) {
        await stores.query('update execution set callback_url = $2 where id = $1', [
          execution.id,
          callbackUrl,
        ]);
      }
      const { lease } = await claim(stores, execution.id);
      await stores.leases.recordJob(lease, 'job-uid', 'default');
      await stores.leases.record(lease, { attempts: [{ ...anAttempt(), startedAt: new Date() }] });
      await stores.leases.record(lease, { move: { status: 'POD_READY' } });
      if (log.length > 0) {
        await stores.logs.append([
          aBatch(
            lease,
            log.map((text, at) => aRow(at + 1, text)),
          ),
        ]);
      }
      await stores.leases.end(lease, { status, exitCode, reason: reason ?? null });
      return execution.id;
    },
    async addSchedule({
      notifyOn = ['success', 'failure'],
      emails = [],
      owner = 'owner@example.org',
      tags = '',
    } = {}) {
      const [row] = await stores.query<{ id: string }>(
        `insert into schedule (proc_name, args, args_hash, tags, cron, notification_emails, user_email, group_name, notify_on, updated_at)
         values ('plain', '{}', $1, $2, '* * * * *', $3, $4, 'ops', $5, now()) returning id`,
        [`hash-${schedules++}`, tags, emails, owner, notifyOn],
      );
      return Number(row?.id);
    },
    async addEvent(event, { executionId, scheduleId }, reason) {
      await stores.query(
        'insert into notification (event, execution_id, schedule_id, details) values ($1, $2, $3, $4)',
        [event, executionId ?? null, scheduleId ?? null, reason ? { reason } : {}],
      );
    },
    deliveriesOf,
    async settled(executionId, states, timeoutMs = 20_000) {
      let last: DeliveryRecord[] = [];
      await until(
        async () => {
          last = await deliveriesOf(executionId);
          return last.length > 0 && last.every(({ state }) => states.includes(state));
        },
        timeoutMs,
        () => JSON.stringify(last),
      );
      return last;
    },
    stopNotifiers,
    async close() {
      await stopNotifiers();
      await stores.close();
    },
  };
}

function serviceEnv(databaseUrl: string): Record<string, string> {
  return {
    ...postgresEnv(databaseUrl),
    PROCTOR_POSTGRES_MAX_CONNECTIONS: '5',
    PROCTOR_REDIS_ADDRESS: testRedisAddress(),
    PROCTOR_LOG_LEVEL: 'debug',
    PROCTOR_SECRET_KEY: KEY,
    PROCTOR_NOTIFICATION_RETRY_SECONDS: '1',
    PROCTOR_NOTIFICATION_SEND_SECONDS: '3',
  };
}
