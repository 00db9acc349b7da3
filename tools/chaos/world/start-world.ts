import { join } from 'node:path';
import { readFileSync, writeFileSync } from 'node:fs';
import { migrate } from '../../../scripts/lib/apply-migrations.mjs';
import { ApiClient } from '../../../test/support/api-client.js';
import { MailServer } from '../../../test/support/mail-server.js';
import {
  freePort,
  query,
  startOwnPostgres,
  startOwnRedis,
  type OwnPostgres,
  type OwnRedis,
} from '../../../test/support/servers.js';
import { createAdmin, serviceEnv } from '../../../test/support/system.js';
import type { CrashRecord } from '../record.js';
import { Child } from './child.js';
import { KeptServer } from './kept-server.js';
import { KeptService } from './kept-service.js';
import { removeFolder, removeLeftovers, RunState } from './leftovers.js';
import { Network, STORES } from './network.js';
import type { NetworkVerbs } from './network-main.js';
import { Sandbox } from './sandbox.js';
import { REPLICAS, SERVICE_KINDS, type ServiceKind } from './service-kinds.js';
import { ServiceLogs } from './service-logs.js';
import { ShiftedClock } from './shifted-clock.js';
import { scratchFolder, SmallDisk } from './small-disk.js';

/** All of Proctor, and everything around it that may fail. */
export interface World {
  /** An administrator at the first gateway. */
  admin: ApiClient;
  gatewayUrls: readonly string[];
  services: readonly KeptService[];
  postgres: KeptServer<OwnPostgres>;
  redis: KeptServer<OwnRedis>;
  sandbox: Sandbox;
  mail: MailServer;
  /** Null: mounting is not allowed here. */
  disk: SmallDisk | null;
  databaseUrl: string;
  crashes: readonly CrashRecord[];
  query: <Row extends Record<string, unknown>>(sql: string, values?: unknown[]) => Promise<Row[]>;
  close(): Promise<void>;
}

/** A crash of Postgres must lose nothing that was committed, and its log of changes must fit on the disk. */
const POSTGRES_SETTINGS = { max_wal_size: '256MB', min_wal_size: '80MB' };

const PROCS_DIR = join(import.meta.dirname, '..', '..', '..', 'test', 'procs');

/** @param folder for logs and the like, which stays. Whatever was started is ended again when it throws. */
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

  const [postgres, redis, mail] = await Promise.all([
    openPostgres(disk?.folder, logs.of('postgres'), state, cleanUps),
    openRedis(logs.of('redis'), state, cleanUps),
    MailServer.start(),
  ]);
  cleanUps.push(() => mail.close());
  const databaseUrl = postgres.server.url('proctor');

  const kubernetesPort = await freePort();
  const ports = { postgres: postgres.server.port, redis: redis.server.port, kubernetes: kubernetesPort };
  const networks = new Map<string, Network>();
  const names = SERVICE_KINDS.flatMap((kind) =>
    Array.from({ length: REPLICAS[kind] }, (_, i) => ({ kind, name: `${kind}-${i + 1}` })),
  );
  const cables = await Child.start<NetworkVerbs>('network-main.ts');
  cleanUps.push(() => cables.close());
  for (const { name } of names) networks.set(name, await Network.open(cables, ports));
  const sandbox = await Sandbox.start({
    port: kubernetesPort,
    proxyPorts: [...networks.values()].map((network) => network.port('kubernetes')),
    dataDir: join(scratch, 'kube'),
    procsDir: PROCS_DIR,
  });
  cleanUps.push(() => sandbox.close());
  state.addProcess('kube-sandbox', sandbox.pid);
  state.addProcess('network', cables.pid);

  const common = commonEnv(databaseUrl, redis.server, sandbox, mail, await freePort());
  const identity = await createAdmin(common);
  const crashes: CrashRecord[] = [];
  const gatewayUrls: string[] = [];
  const services: KeptService[] = [];
  cleanUps.push(() => Promise.all(services.map((service) => service.close())));
  await Promise.all(
    names.map(async ({ kind, name }) => {
      const network = networks.get(name)!;
      const clock = kind === 'scheduler' ? new ShiftedClock(scratch, name) : undefined;
      const port = kind === 'gateway' ? await freePort() : 0;
      if (kind === 'gateway') gatewayUrls.push(`http://127.0.0.1:${port}`);
      const env = {
        ...common,
        ...wayEnv(network, sandbox, join(scratch, `${name}.kubeconfig`)),
        ...clock?.env,
        ...(kind === 'gateway' ? { PROCTOR_APP_PORT: String(port) } : {}),
      };
      const onCrash = (crash: CrashRecord) => void crashes.push(crash);
      services.push(
        await KeptService.start({
          ...{ name, kind, env, network, clock, onCrash },
          log: logs.of(name),
          onStart: (pid) => state.addProcess(name, pid),
        }),
      );
    }),
  );
  const admin = new ApiClient(gatewayUrls[0]!, identity);
  await Promise.all([
    ...gatewayUrls.map((url) => new ApiClient(url, identity).waitUntilReady()),
    ...services.map((service) => waitUntilWorking(service)),
  ]);
  const ask: World['query'] = (sql, values) => query(databaseUrl, sql, values);
  return {
    admin,
    gatewayUrls,
    services,
    postgres,
    redis,
    sandbox,
    mail,
    disk,
    databaseUrl,
    crashes,
    query: ask,
  };
}

async function openPostgres(
  folder: string | undefined,
  log: (line: string) => void,
  state: RunState,
  cleanUps: (() => unknown)[],
): Promise<KeptServer<OwnPostgres>> {
  const server = await startOwnPostgres({ folder, settings: POSTGRES_SETTINGS, log });
  cleanUps.push(() => server.remove());
  const noteStart = () => state.addProcess('postgres', server.pid());
  noteStart();
  await query(server.url('postgres'), 'create database proctor');
  await migrate({ connectionString: server.url('proctor') });
  const kept = new KeptServer('postgres', server, log, noteStart);
  cleanUps.push(() => kept.close());
  return kept;
}

async function openRedis(
  log: (line: string) => void,
  state: RunState,
  cleanUps: (() => unknown)[],
): Promise<KeptServer<OwnRedis>> {
  const server = await startOwnRedis({ log });
  cleanUps.push(() => server.remove());
  const noteStart = () => state.addProcess('redis', server.pid());
  noteStart();
  const kept = new KeptServer('redis', server, log, noteStart);
  cleanUps.push(() => kept.close());
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
    PROCTOR_MAIL_SERVER_HOST: '127.0.0.1',
    PROCTOR_MAIL_SERVER_PORT: String(mail.port),
    PROCTOR_MAIL_FROM: 'proctor@example.org',
    PROCTOR_MAIL_TLS: 'off',
    PROCTOR_NOTIFICATION_RETRY_SECONDS: '1',
    PROCTOR_NOTIFICATION_SEND_SECONDS: '5',
  };
}

/** The service's own way to each store, in place of the direct one. */
function wayEnv(network: Network, sandbox: Sandbox, kubeconfig: string): Record<string, string> {
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

async function waitUntilWorking(service: KeptService): Promise<void> {
  const pattern = WORKING[service.kind];
  if (pattern) await service.waitForOutput(pattern);
}
