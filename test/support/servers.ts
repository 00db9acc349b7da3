import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { migrate } from '../../scripts/lib/apply-migrations.mjs';
import { startPostgres } from '../../scripts/lib/postgres.mjs';
import { startRedis } from '../../scripts/lib/redis.mjs';
import { testServiceRole } from '../../scripts/lib/test-servers.mjs';

export { freePort } from '../../scripts/lib/free-port.mjs';

function fromTestRun(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: run this spec with \`npm test -- <path of the spec>\``);
  return value;
}

/** `host:port` of the Redis that all specs share: use your own queue prefix and keys, and never FLUSHALL it. */
export const testRedisAddress = (): string => fromTestRun('PROCTOR_TEST_REDIS_ADDRESS');

/** Connection string of the Postgres that all specs share, as superuser. */
export const testPostgresUrl = (database = 'postgres'): string =>
  Object.assign(new URL(fromTestRun('PROCTOR_TEST_POSTGRES_URL')), { pathname: `/${database}` }).href;

/** The same database for the role that the services connect as, which owns nothing; the server must know it. */
export function serviceUrl(connectionString: string): string {
  const { user: username, password } = testServiceRole;
  return Object.assign(new URL(connectionString), { username, password }).href;
}

/** Migrates a database of an own server, and creates the role of the services there. */
export const migrateDatabase = (connectionString: string): Promise<string[]> =>
  migrate({ connectionString, service: testServiceRole });

/** The `PROCTOR_POSTGRES_*` variables of the services for the database of a superuser's connection string. */
export function postgresEnv(connectionString: string) {
  const url = new URL(serviceUrl(connectionString));
  return {
    PROCTOR_POSTGRES_HOST: url.hostname,
    PROCTOR_POSTGRES_PORT: url.port,
    PROCTOR_POSTGRES_USER: decodeURIComponent(url.username),
    PROCTOR_POSTGRES_PASSWORD: decodeURIComponent(url.password),
    PROCTOR_POSTGRES_DATABASE: url.pathname.slice(1),
  };
}

const pools = new Map<string, pg.Pool>();

/** Runs one statement on any pooled connection: session state does not carry over. */
export async function query<Row extends pg.QueryResultRow>(
  connectionString: string,
  sql: string,
  values: unknown[] = [],
): Promise<Row[]> {
  let pool = pools.get(connectionString);
  if (!pool) {
    // With a connection per statement, a polling test would mostly make Postgres open connections.
    pool = new pg.Pool({ connectionString, max: 10, idleTimeoutMillis: 1_000, allowExitOnIdle: true });
    pool.on('error', () => {});
    pools.set(connectionString, pool);
  }
  return (await pool.query<Row>(sql, values)).rows;
}

/** All rows of each table of a database, as text. */
export async function textOfTables(connectionString: string): Promise<string[]> {
  const tables = await query<{ name: string }>(
    connectionString,
    `select c.oid::regclass::text as name from pg_class c where c.relkind in ('r', 'p') and c.relnamespace = 'public'::regnamespace`,
  );
  const texts: string[] = [];
  for (const { name } of tables) {
    const rows = await query<{ row: string }>(connectionString, `select t::text as row from ${name} t`);
    texts.push(rows.map(({ row }) => row).join('\n'));
  }
  return texts;
}

export interface TestDatabase {
  url: string;
  name: string;
  /** Terminates open connections. */
  drop(): Promise<void>;
}

/** A new database in the shared Postgres, with all migrations applied unless `migrated` is false. */
export async function createDatabase(options: { migrated?: boolean } = {}): Promise<TestDatabase> {
  const name = `test_${randomBytes(6).toString('hex')}`;
  const template = options.migrated === false ? 'template1' : fromTestRun('PROCTOR_TEST_POSTGRES_TEMPLATE');
  await query(testPostgresUrl(), `create database ${name} template ${template}`);
  return {
    url: testPostgresUrl(name),
    name,
    async drop() {
      await query(testPostgresUrl(), `drop database if exists ${name} with (force)`);
    },
  };
}

/** A temporary folder; `remove` deletes it with its contents. */
export function tempDir(): { path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'proctor-test-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

export interface OwnServer {
  port: number;
  pid(): number;
  isAlive(): boolean;
  /** An orderly stop. The data stays; `start` continues on the same port. */
  stop(): Promise<void>;
  start(): Promise<void>;
  /** Sends a signal to the server itself. After SIGKILL it resolves when the server has exited. */
  kill(signal: NodeJS.Signals): Promise<void>;
  /** Stops it and removes its data. */
  remove(): Promise<void>;
}

export interface OwnPostgres extends OwnServer {
  url(database: string): string;
}

export interface OwnPostgresOptions {
  binaries?: string;
  /** Folder of its data, which `remove` deletes; the folder itself stays. Default: a temporary one. */
  folder?: string;
  /** Settings of postgresql.conf; they override ours. */
  settings?: Record<string, string>;
  log?: (line: string) => void;
}

export interface OwnRedis extends OwnServer {
  /** `host:port` */
  address: string;
}

/** A Postgres for one spec that stops, kills or freezes it. Takes about 1.5 s: where possible use `createDatabase`. */
export async function startOwnPostgres({
  folder,
  settings: more,
  ...options
}: OwnPostgresOptions = {}): Promise<OwnPostgres> {
  const dir = folder === undefined ? tempDir() : { path: folder, remove: () => undefined };
  chmodSync(dir.path, 0o711); // As root, Postgres runs as another user.
  const settings = { fsync: 'off', max_connections: '200', ...more };
  const dataDir = join(dir.path, 'postgres');
  const { own, current } = await startOwn((port) => startPostgres({ dataDir, port, settings, ...options }));
  return {
    ...own,
    url: (database) => current().url(database),
    remove: async () => {
      await current().remove();
      dir.remove();
    },
  };
}

/** A Redis for one spec that stops, kills, freezes or flushes it. */
export async function startOwnRedis(
  options: {
    appendonly?: boolean;
    password?: string;
    directives?: readonly string[];
    log?: (line: string) => void;
  } = {},
): Promise<OwnRedis> {
  const dir = tempDir();
  const { own, current } = await startOwn((port) =>
    startRedis({ dir: join(dir.path, 'redis'), port, ...options }),
  );
  return {
    ...own,
    address: current().address,
    remove: async () => {
      await current().stop();
      dir.remove();
    },
  };
}

interface StartedServer {
  port: number;
  process: { pid: number; isAlive(): boolean; exited: Promise<unknown> };
  stop(): Promise<void>;
  kill(signal: NodeJS.Signals): void;
}

/** Starts a server that can be stopped and started again on its port. */
async function startOwn<Server extends StartedServer>(
  open: (port?: number) => Promise<Server>,
): Promise<{ own: Omit<OwnServer, 'remove'>; current: () => Server }> {
  let server = await open();
  const { port } = server;
  const own = {
    port,
    pid: () => server.process.pid,
    isAlive: () => server.process.isAlive(),
    stop: () => server.stop(),
    start: async () => {
      server = await open(port);
    },
    kill: async (signal: NodeJS.Signals) => {
      server.kill(signal);
      if (signal === 'SIGKILL') await server.process.exited;
    },
  };
  return { own, current: () => server };
}
