import { join } from 'node:path';
import { readFileSync, writeFileSync } from 'node:fs';
import { ApiClient } from '../../../test/support/api-client.js';
import { MailServer } from '../../../test/support/mail-server.js';
import {
  freePort,
  migrateDatabase,
  query,
  startOwnPostgres,
  startOwnRedis,
  type OwnPostgres,
  type OwnRedis,
  type OwnServer,
} from '../../../test/support/servers.js';
import { createAdmin, serviceEnv } from '../../../test/support/system.js';
import type { CrashRecord } from '../record.js';
import { Child } from './child.js';
import { SupervisedServer } from './supervised-server.js';
import { SupervisedService } from './supervised-service.js';
import { removeFolder, removeLeftovers, RunState } from './leftovers.js';
import { Network, STORES } from './network.js';
import type { NetworkMethods } from './network-main.js';
import { Sandbox } from './sandbox.js';
import { scratchFolder } from './scratch-folder.js';
import { REPLICAS, SERVICE_KINDS, type ServiceKind } from './service-kinds.js';
import { ServiceLogs } from './service-logs.js';
import { ShiftedClock } from './shifted-clock.js';
import { SmallDisk } from './small-disk.js';

/** All of Proctor, and all its dependencies. */
export interface World {
  /** The API of the first gateway, as an admin. */
  admin: ApiClient;
  gatewayUrls: readonly string[];
  services: readonly SupervisedService[];
  postgres: SupervisedServer<OwnPostgres>;
  redis: SupervisedServer<OwnRedis>;
  sandbox: Sandbox;
  mail: MailServer;
  /** Null: mounting is not permitted here. */
  disk: SmallDisk | null;
  databaseUrl: string;
  crashes: readonly CrashRecord[];
  query: <Row extends Record<string, unknown>>(sql: string, values?: unknown[]) => Promise<Row[]>;
  close(): Promise<void>;
}

/** The WAL must fit on the small disk. */
const POSTGRES_SETTINGS = { max_wal_size: '256MB', min_wal_size: '80MB' };

/** The name of each service process. */
const SERVICES = SERVICE_KINDS.flatMap((kind) =>
  Array.from({ length: REPLICAS[kind] }, (_, i) => ({ kind, name: `${kind}-${i + 1}` })),
);

const PROCS_DIR = join(import.meta.dirname, '..', '..', '..', 'test', 'procs');

/** Starts everything, and stops what was started if it throws. @param folder for logs; it stays */
export async function startWorld(folder: string): Promise<World> {
  const cleanUps: (() => unknown)[] = [];
  const close = async () => {
    for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
  };
  try {
    return { ...(await bringUp(folder, cleanUps)), close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** What the steps of the start share. */
interface Start {
  cleanUps: (() => unknown)[];
  logs: ServiceLogs;
  state: RunState;
  /** A folder for files of this run. */
  scratch: string;
}

async function bringUp(folder: string, cleanUps: (() => unknown)[]): Promise<Omit<World, 'close'>> {
  const logs = new ServiceLogs(join(folder, 'logs'));
  cleanUps.push(() => logs.close());
  await removeLeftovers();
  const state = new RunState();
  cleanUps.push(() => state.remove());
  const scratch = scratchFolder();
  const disk = SmallDisk.mount();
  for (const path of [scratch, ...(disk ? [disk.folder] : [])]) {
    state.addFolder(path);
    cleanUps.push(() => removeFolder(path));
  }
  const start: Start = { cleanUps, logs, state, scratch };

  const [postgres, redis, mail] = await Promise.all([
    openPostgres(start, disk?.folder),
    openRedis(start),
    MailServer.start(),
  ]);
  cleanUps.push(() => mail.close());
  const databaseUrl = postgres.server.url('proctor');
  const { sandbox, networks } = await openNetworks(start, postgres.server.port, redis.server.port);
  const env = commonEnv(databaseUrl, redis.server, sandbox, mail, await freePort());
  const identity = await createAdmin(env);
  const { services, gatewayUrls, crashes } = await startServices(start, env, networks, sandbox);
  await Promise.all([
    ...gatewayUrls.map((url) => new ApiClient(url, identity).waitUntilReady()),
    ...services.map((service) => waitUntilWorking(service)),
  ]);
  return {
    ...{ gatewayUrls, services, postgres, redis, sandbox, mail, disk, databaseUrl, crashes },
    admin: new ApiClient(gatewayUrls[0]!, identity),
    query: (sql, values) => query(databaseUrl, sql, values),
  };
}

/** The sandbox, and for each service its own proxies to the stores, by name. */
async function openNetworks(
  { cleanUps, state, scratch }: Start,
  postgresPort: number,
  redisPort: number,
): Promise<{ sandbox: Sandbox; networks: Map<string, Network> }> {
  const kubernetesPort = await freePort();
  const ports = { postgres: postgresPort, redis: redisPort, kubernetes: kubernetesPort };
  const proxies = await Child.start<NetworkMethods>('network-main.ts');
  cleanUps.push(() => proxies.close());
  const networks = new Map<string, Network>();
  for (const { name } of SERVICES) networks.set(name, await Network.open(proxies, ports));
  const sandbox = await Sandbox.start({
    port: kubernetesPort,
    proxyPorts: [...networks.values()].map((network) => network.port('kubernetes')),
    dataDir: join(scratch, 'kube'),
    procsDir: PROCS_DIR,
  });
  cleanUps.push(() => sandbox.close());
  state.addProcess('kube-sandbox', sandbox.pid);
  state.addProcess('network', proxies.pid);
  return { sandbox, networks };
}

async function startServices(
  { cleanUps, logs, state, scratch }: Start,
  common: Record<string, string>,
  networks: ReadonlyMap<string, Network>,
  sandbox: Sandbox,
): Promise<Pick<World, 'services' | 'gatewayUrls' | 'crashes'>> {
  const crashes: CrashRecord[] = [];
  const gatewayUrls: string[] = [];
  const services: SupervisedService[] = [];
  cleanUps.push(() => Promise.all(services.map((service) => service.close())));
  await Promise.all(
    SERVICES.map(async ({ kind, name }) => {
      const network = networks.get(name)!;
      const clock = kind === 'scheduler' ? new ShiftedClock(scratch, name) : undefined;
      const port = kind === 'gateway' ? await freePort() : 0;
      if (kind === 'gateway') gatewayUrls.push(`http://127.0.0.1:${port}`);
      const env = {
        ...common,
        ...proxyEnv(network, sandbox, join(scratch, `${name}.kubeconfig`)),
        ...clock?.env,
        ...(kind === 'gateway' ? { PROCTOR_APP_PORT: String(port) } : {}),
      };
      services.push(
        await SupervisedService.start({
          ...{ name, kind, env, network, clock },
          log: logs.of(name),
          onStart: (pid) => state.addProcess(name, pid),
          onCrash: (crash) => crashes.push(crash),
        }),
      );
    }),
  );
  return { services, gatewayUrls, crashes };
}

async function openPostgres(
  start: Start,
  folder: string | undefined,
): Promise<SupervisedServer<OwnPostgres>> {
  const server = await startOwnPostgres({
    folder,
    settings: POSTGRES_SETTINGS,
    log: start.logs.of('postgres'),
  });
  start.cleanUps.push(() => server.remove());
  const kept = keep('postgres', server, start);
  await query(server.url('postgres'), 'create database proctor');
  await migrateDatabase(server.url('proctor'));
  return kept;
}

async function openRedis(start: Start): Promise<SupervisedServer<OwnRedis>> {
  const server = await startOwnRedis({ log: start.logs.of('redis') });
  start.cleanUps.push(() => server.remove());
  return keep('redis', server, start);
}

function keep<Server extends OwnServer>(
  name: string,
  server: Server,
  start: Start,
): SupervisedServer<Server> {
  const recordStart = () => start.state.addProcess(name, server.pid());
  recordStart();
  const kept = new SupervisedServer(name, server, start.logs.of(name), recordStart);
  start.cleanUps.push(() => kept.close());
  return kept;
}

function commonEnv(
  databaseUrl: string,
  redis: OwnRedis,
  sandbox: Sandbox,
  mail: MailServer,
  port: number,
): Record<string, string> {
  return {
    ...serviceEnv(databaseUrl, redis, sandbox, port),
    PROCTOR_LOG_LEVEL: 'info',
    // One client does the work of many.
    PROCTOR_REQUESTS_PER_SECOND: '0',
    PROCTOR_COSTLY_REQUESTS_PER_SECOND: '0',
    PROCTOR_STREAMS_PER_CALLER: '2000',
    PROCTOR_CONNECTIONS_PER_ADDRESS: '10000',
    PROCTOR_MAX_CONNECTIONS: '10000',
    PROCTOR_MAIL_SERVER_HOST: '127.0.0.1',
    PROCTOR_MAIL_SERVER_PORT: String(mail.port),
    PROCTOR_MAIL_FROM: 'proctor@example.org',
    // More often than people should get email.
    PROCTOR_MAIL_MIN_INTERVAL_SECONDS: '1',
    PROCTOR_MAIL_QUOTA_PER_HOUR: '1000000',
    PROCTOR_MAIL_TLS: 'off',
    PROCTOR_NOTIFICATION_RETRY_SECONDS: '1',
    PROCTOR_NOTIFICATION_SEND_SECONDS: '5',
  };
}

/** Replaces the addresses of the stores by the service's own proxies. */
function proxyEnv(network: Network, sandbox: Sandbox, kubeconfig: string): Record<string, string> {
  const [postgres, redis, kubernetes] = STORES.map((store) => String(network.port(store)));
  const text = readFileSync(sandbox.kubeconfigPath, 'utf8');
  writeFileSync(kubeconfig, text.replaceAll(sandbox.url, `https://127.0.0.1:${kubernetes}`), { mode: 0o600 });
  return {
    PROCTOR_POSTGRES_PORT: postgres!,
    PROCTOR_REDIS_ADDRESS: `127.0.0.1:${redis}`,
    KUBECONFIG: kubeconfig,
  };
}

const WORKING: Partial<Record<ServiceKind, RegExp>> = {
  'executor-worker': /taking executions/,
  notifier: /sending notifications/,
};

async function waitUntilWorking(service: SupervisedService): Promise<void> {
  const pattern = WORKING[service.kind];
  if (pattern) await service.waitForOutput(pattern);
}
