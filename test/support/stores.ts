import { randomBytes } from 'node:crypto';
import {
  AccountsStore,
  Database,
  DeliveriesStore,
  ExecutionsStore,
  GroupsStore,
  HistoryStore,
  LeasesStore,
  LogsStore,
  NotificationOutboxStore,
  NotificationsStore,
  ProcsStore,
  RefusalsStore,
  StuckExecutionsStore,
  TokensStore,
  WorkersStore,
  type ClaimedExecution,
  type LogBatch,
  type LogRow,
  type Submission,
} from '@app/database';
import { DEFAULT_POD_SETTINGS, LOG_START, plainProc, type Proc } from '@app/domain';
import { createDatabase, query, serviceUrl } from './servers.js';

/** The stores on a new migrated database. */
export interface Stores {
  url: string;
  database: Database;
  accounts: AccountsStore;
  deliveries: DeliveriesStore;
  executions: ExecutionsStore;
  groups: GroupsStore;
  history: HistoryStore;
  leases: LeasesStore;
  refusals: RefusalsStore;
  logs: LogsStore;
  notifications: NotificationsStore;
  outbox: NotificationOutboxStore;
  procs: ProcsStore;
  stuck: StuckExecutionsStore;
  tokens: TokensStore;
  workers: WorkersStore;
  query<Row extends Record<string, unknown>>(sql: string, values?: unknown[]): Promise<Row[]>;
  close(): Promise<void>;
}

export async function openStores(
  settings: { userShare?: number; maxConnections?: number } = {},
): Promise<Stores> {
  const test = await createDatabase();
  const database = openDatabase(serviceUrl(test.url), settings.maxConnections);
  const userShare = settings.userShare ?? 500;
  return {
    url: test.url,
    database,
    accounts: new AccountsStore(database),
    deliveries: new DeliveriesStore(database),
    executions: new ExecutionsStore(database, { installationId: 'test1', userShare }),
    groups: new GroupsStore(database),
    history: new HistoryStore(database),
    leases: new LeasesStore(database, { userShare }),
    refusals: new RefusalsStore(database),
    logs: new LogsStore(database),
    notifications: new NotificationsStore(database),
    outbox: new NotificationOutboxStore(database),
    procs: new ProcsStore(database),
    stuck: new StuckExecutionsStore(database),
    tokens: new TokensStore(database),
    workers: new WorkersStore(database),
    query: (sql, values) => query(test.url, sql, values),
    async close() {
      await database.close();
      await test.drop();
    },
  };
}

/** Connects like the services do. */
export function openDatabase(connectionString: string, maxConnections = 12): Database {
  const url = new URL(connectionString);
  return new Database({
    host: url.hostname,
    port: Number(url.port),
    user: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    database: url.pathname.slice(1),
    maxConnections,
    maxLifetimeSeconds: 0,
  });
}

export function aProc(name: string, changes: Partial<Proc> = {}): Proc {
  return plainProc(name, { imageName: 'proctor/test:1', ...changes });
}

export function aSubmission(changes: Partial<Submission> & { procName?: string } = {}): Submission {
  const { procName = 'plain', ...rest } = changes;
  return {
    proc: {
      name: procName,
      revision: 1,
      imageName: 'proctor/test:1',
      concurrency: null,
      snapshot: {
        timeoutSeconds: null,
        retries: null,
        requiredSecrets: [],
        pod: DEFAULT_POD_SETTINGS,
        organization: '',
      },
    },
    args: { NAME: 'value' },
    secretArgs: null,
    userEmail: 'ada@example.org',
    remoteAddress: null,
    callback: null,
    idempotency: null,
    origin: { kind: 'person' },
    ...rest,
  };
}

/** Accepts and claims an execution. */
export async function claimNew(
  stores: Stores,
  changes: Parameters<typeof aSubmission>[0] = {},
): Promise<ClaimedExecution> {
  const { execution } = await stores.executions.submit(aSubmission(changes));
  return claim(stores, execution.id);
}

export async function claim(stores: Stores, id: number, workerId = 'worker-1'): Promise<ClaimedExecution> {
  const claimed = await stores.leases.claim(id, workerId);
  if (!claimed) throw new Error(`execution ${id} could not be claimed`);
  return claimed;
}

/** Claims a new execution, and gives it a Job and a running pod. */
export async function claimRunning(stores: Stores): Promise<ClaimedExecution> {
  const claimed = await claimNew(stores);
  await stores.leases.recordJob(claimed.lease, 'job-uid', 'default');
  await stores.leases.record(claimed.lease, { attempts: [{ ...anAttempt(), startedAt: new Date() }] });
  await stores.leases.record(claimed.lease, {
    move: { status: 'POD_READY' },
  });
  return claimed;
}

export function anAttempt(podUid = 'pod-1') {
  return {
    podUid,
    podName: `name-of-${podUid}`,
    startedAt: null,
    endedAt: null,
    exitCode: null,
    reason: null,
    isDisrupted: false,
  };
}

export function aBatch(
  lease: LogBatch['lease'],
  rows: readonly LogRow[],
  changes: Partial<LogBatch> = {},
): LogBatch {
  const position = { ...LOG_START, lines: rows.at(-1)?.seq ?? 0 };
  return { lease, podUid: 'pod-1', rows, position, isComplete: false, drop: null, ...changes };
}

export function aRow(seq: number, text = `line ${seq}`, changes: Partial<LogRow> = {}): LogRow {
  return { seq, kind: 'text', stampedAt: '2026-11-22T10:00:00.123456789Z', text, endsLine: true, ...changes };
}

export const randomName = () => `p${randomBytes(4).toString('hex')}`;
