import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { startKubeSandbox, type KubeSandbox, type SandboxOptions } from '@app/kube-sandbox';
import { ApiClient } from './api-client.js';
import { bringUp, type CleanUps } from './clean-ups.js';
import {
  createDatabase,
  freePort,
  migrateDatabase,
  postgresEnv,
  query,
  startOwnPostgres,
  startOwnRedis,
  tempDir,
  type OwnPostgres,
  type OwnRedis,
} from './servers.js';
import { startService, type ServiceProcess } from './service-process.js';

export interface SystemOptions {
  workers?: number;
  schedulers?: number;
  /** Starts a notifier too. */
  notifier?: boolean;
  /** A Postgres the spec may stop, instead of a database in the shared one. */
  ownPostgres?: boolean;
  /** Settings of the own Postgres. */
  postgres?: Record<string, string>;
  sandbox?: Partial<SandboxOptions>;
  env?: Record<string, string>;
}

/** A cluster for the workers. */
export interface Cluster {
  kubeconfigPath: string;
  close(): Promise<void>;
}

/** All of Proctor as in production: real processes, Postgres, Redis; the sandbox as the cluster. */
export interface System<OfCluster extends Cluster = KubeSandbox> {
  api: ApiClient;
  gatewayUrl: string;
  sandbox: OfCluster;
  redis: OwnRedis;
  /** Only with `ownPostgres`. */
  postgres: OwnPostgres | null;
  databaseUrl(): string;
  /** The environment of the services. */
  env: Record<string, string>;
  services: ServiceProcess[];
  workers: ServiceProcess[];
  startWorker(env?: Record<string, string>): Promise<ServiceProcess>;
  startScheduler(env?: Record<string, string>): Promise<ServiceProcess>;
  query<Row extends Record<string, unknown>>(sql: string, values?: unknown[]): Promise<Row[]>;
  stop(): Promise<void>;
}

/** If it fails, or the spec ends first, whatever it has started is stopped. */
export async function startSystem(options: SystemOptions = {}): Promise<System> {
  return await startSystemOn(startKubeSandbox, options);
}

/** As `startSystem`, on another cluster than a sandbox in this process. */
export async function startSystemOn<OfCluster extends Cluster>(
  startCluster: (options: SandboxOptions) => Promise<OfCluster>,
  options: SystemOptions,
): Promise<System<OfCluster>> {
  return await bringUp((cleanUps) => start(startCluster, options, cleanUps));
}

async function start<OfCluster extends Cluster>(
  startCluster: (options: SandboxOptions) => Promise<OfCluster>,
  options: SystemOptions,
  cleanUps: CleanUps,
): Promise<System<OfCluster>> {
  const dir = tempDir();
  await cleanUps.add(() => dir.remove());
  const { databaseUrl, postgres } = await openDatabase(options, cleanUps);
  const redis = await startOwnRedis();
  await cleanUps.add(() => redis.remove());
  const sandbox = await startCluster({
    dataDir: join(dir.path, 'kube'),
    procsDir: join(import.meta.dirname, '..', 'procs'),
    namespaces: ['default'],
    ...options.sandbox,
  });
  await cleanUps.add(() => sandbox.close());

  const port = await freePort();
  const env = { ...serviceEnv(databaseUrl(), redis, sandbox, port), ...options.env };
  const services: ServiceProcess[] = [];
  const workers: ServiceProcess[] = [];
  await cleanUps.add(() => Promise.all(services.map((service) => service.stop())));
  const startOne = async (name: string, own: Record<string, string> = {}) => {
    const service = await startService(name, `apps/${name}/src/main.js`, { ...env, ...own });
    services.push(service);
    void service.exited.then(({ code }) => {
      // A test that only waits would not say why nothing happens.
      if (code) process.stderr.write(`${name} exited with ${code}:\n${service.output().slice(-4_000)}\n`);
    });
    if (cleanUps.hasBegun) {
      await service.stop();
      throw new Error(`stopped while ${name} was still starting`);
    }
    return service;
  };
  const startWorker = async (own: Record<string, string> = {}) => {
    const worker = await startOne('executor-worker', own);
    workers.push(worker);
    await worker.waitForOutput(/taking executions/);
    return worker;
  };

  const admin = await createAdmin(env);
  await Promise.all([
    startOne('gateway'),
    ...Array.from({ length: options.schedulers ?? 1 }, () => startOne('scheduler')),
    ...(options.notifier ? [startOne('notifier')] : []),
    ...Array.from({ length: options.workers ?? 1 }, () => startWorker()),
  ]);
  const gatewayUrl = `http://127.0.0.1:${port}`;
  const api = new ApiClient(gatewayUrl, admin);
  await api.waitUntilReady();
  await api.registerScriptProc();
  return {
    api,
    gatewayUrl,
    sandbox,
    redis,
    postgres,
    databaseUrl,
    env,
    services,
    workers,
    startWorker,
    startScheduler: (own) => startOne('scheduler', own),
    query: (sql, values) => query(databaseUrl(), sql, values),
    stop: () => cleanUps.run(),
  };
}

async function openDatabase(options: SystemOptions, cleanUps: CleanUps) {
  if (!options.ownPostgres) {
    const database = await createDatabase();
    await cleanUps.add(() => database.drop());
    return { databaseUrl: () => database.url, postgres: null };
  }
  const postgres = await startOwnPostgres({ settings: options.postgres });
  await cleanUps.add(() => postgres.remove());
  await query(postgres.url('postgres'), 'create database proctor');
  await migrateDatabase(postgres.url('proctor'));
  return { databaseUrl: () => postgres.url('proctor'), postgres };
}

/** The environment of all services of a system. */
export function serviceEnv(
  databaseUrl: string,
  redis: { address: string },
  sandbox: { kubeconfigPath: string },
  port: number,
): Record<string, string> {
  return {
    ...postgresEnv(databaseUrl),
    PROCTOR_POSTGRES_MAX_CONNECTIONS: '10',
    PROCTOR_REDIS_ADDRESS: redis.address,
    PROCTOR_SECRET_KEY: randomBytes(32).toString('base64'),
    PROCTOR_KUBE_CONFIG: 'out-of-cluster',
    KUBECONFIG: sandbox.kubeconfigPath,
    PROCTOR_APP_HOST: '127.0.0.1',
    PROCTOR_APP_PORT: String(port),
    PROCTOR_LOG_LEVEL: 'debug',
    // Schedules that fire each second have addresses, because the API demands them.
    PROCTOR_MAIL_MIN_INTERVAL_SECONDS: '1',
    // One client does the work of many.
    PROCTOR_REQUESTS_PER_SECOND: '0',
    PROCTOR_COSTLY_REQUESTS_PER_SECOND: '0',
    PROCTOR_STREAMS_PER_CALLER: '2000',
    PROCTOR_CONNECTIONS_PER_ADDRESS: '10000',
    PROCTOR_MAX_CONNECTIONS: '10000',
  };
}

export async function createAdmin(env: Record<string, string>): Promise<{ email: string; token: string }> {
  const program = await startService('create-admin', 'apps/gateway/src/create-admin.js', env);
  await program.exited;
  const line = program
    .output()
    .split('\n')
    .find((text) => text.startsWith('{"created"'));
  const answer = JSON.parse(line ?? '{}') as { created?: boolean; email?: string; token?: string };
  if (!answer.email || !answer.token) throw new Error(`create-admin printed: ${program.output()}`);
  return { email: answer.email, token: answer.token };
}
