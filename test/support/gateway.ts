import { AccountsStore, Database } from '@app/database';
import { createLogger, OpenResources } from '@app/platform';
import { ExecutionUpdates } from '@app/queue';
import type { LogRow } from '@app/database';
import { WebSocket, type ClientOptions } from 'ws';
import { loadGatewayEnv } from '../../apps/gateway/src/env.js';
import type { Gateway } from '../../apps/gateway/src/gateway.module.js';
import { startGateway } from '../../apps/gateway/src/start-gateway.js';
import { createDatabase, freePort, postgresEnv, query, testRedisAddress } from './servers.js';

export interface Identity {
  email: string;
  token: string;
  /** Of a browser that is signed in: sent instead of the email and the token. */
  session?: { cookie: string; origin: string };
}

export interface GatewayOptions {
  /** An empty, migrated database; a new one in the shared Postgres if left out. */
  databaseUrl?: string;
  redisAddress?: string;
  /** Of a second gateway on the same database: the name of another admin, or the identity of the one that exists. */
  adminName?: string;
  admin?: Identity;
  env?: Record<string, string>;
}

/** A gateway in this process, with real servers behind it. */
export interface TestGateway extends Gateway {
  url: string;
  databaseUrl: string;
  admin: Identity;
  /** Everything that it has logged so far. */
  log(): string;
  /** Signs a browser in with the token of this identity. */
  signIn(who: Identity): Promise<Identity>;
  createUser(name: string, groups: readonly string[]): Promise<Identity>;
  query<Row extends Record<string, unknown>>(sql: string, values?: unknown[]): Promise<Row[]>;
  /** Resolves when the audit rows of the request are written, too. */
  call(who: Identity | null, method: string, path: string, options?: CallOptions): Promise<Answer>;
  /** Adds rows to a log and notifies the viewers, as a worker does. */
  addRows(executionId: number, rows: readonly Partial<LogRow>[]): Promise<void>;
  /** Ends an execution, as a worker does. */
  end(executionId: number, status?: string): Promise<void>;
  watch(who: Identity | null, contextId: string | number, options?: ClientOptions): Viewer;
  /** Stops it and removes everything that was created for it. */
  remove(): Promise<void>;
}

export interface CallOptions {
  body?: unknown;
  headers?: Record<string, string>;
}

export interface Answer {
  status: number;
  type: string;
  headers: Headers;
  text: string;
  json<T = Record<string, unknown>>(): T;
}

export async function startTestGateway(options: GatewayOptions = {}): Promise<TestGateway> {
  const database = options.databaseUrl ? null : await createDatabase();
  const databaseUrl = options.databaseUrl ?? database?.url ?? '';
  const port = await freePort();
  const settings = loadGatewayEnv({ ...envOf(databaseUrl, options, port), ...options.env });
  const lines: string[] = [];
  const logger = createLogger({
    service: 'gateway',
    level: 'debug',
    destination: { write: (line) => lines.push(line) },
  });
  const resources = new OpenResources(logger);
  const { signal } = new AbortController();
  const running = await startGateway({ settings, logger, resources, signal });
  const accounts = new Database({ ...settings.postgres, maxConnections: 2 });
  const createUser = async (name: string, groups: readonly string[]) => {
    const email = `${name}@example.com`;
    const token = await new AccountsStore(accounts).createAccount({ email, name, groups }, 'test');
    if (token === null) throw new Error(`${email} already exists`);
    return { email, token };
  };
  const admin = options.admin ?? (await createUser(options.adminName ?? 'admin', ['proctor_admin']));
  const sql = <Row extends Record<string, unknown>>(text: string, values?: unknown[]) =>
    query<Row>(databaseUrl, text, values);
  const [installation] = await sql<{ id: string }>('select id from installation');
  const news = new ExecutionUpdates(settings.redis, installation?.id ?? '', () => undefined);
  const url = `http://127.0.0.1:${port}`;
  const seqs = new Map<number, number>();

  return {
    ...running,
    url,
    databaseUrl,
    admin,
    log: () => lines.join(''),
    createUser,
    signIn: (who) => signIn(url, who),
    query: sql,
    async call(who, method, path, call) {
      const answer = await callGateway(url, who, method, path, call);
      await running.audit.drain();
      return answer;
    },
    async addRows(executionId, rows) {
      for (const { kind = 'text', text = '', endsLine = true } of rows) {
        const seq = (seqs.get(executionId) ?? 0) + 1;
        seqs.set(executionId, seq);
        await sql(
          'insert into execution_log (execution_id, seq, kind, text, ends_line) values ($1, $2, $3, $4, $5)',
          [executionId, seq, ['text', 'gap', 'cut'].indexOf(kind), text, endsLine],
        );
      }
      news.publish([executionId]);
    },
    async end(executionId, status = 'FINISHED') {
      await sql('update execution set status = $2, ended_at = now() where id = $1', [executionId, status]);
      news.publish([executionId]);
    },
    watch: (who, contextId, client) => watchLog(url, who, contextId, client),
    async remove() {
      news.close();
      await accounts.close();
      await resources.close();
      await database?.drop();
    },
  };
}

function envOf(databaseUrl: string, options: GatewayOptions, port: number): Record<string, string> {
  return {
    ...postgresEnv(databaseUrl),
    PROCTOR_REDIS_ADDRESS: options.redisAddress ?? testRedisAddress(),
    PROCTOR_SECRET_KEY: 'ab'.repeat(32),
    PROCTOR_APP_HOST: '127.0.0.1',
    PROCTOR_APP_PORT: String(port),
    PROCTOR_MIN_CLIENT_VERSION: 'v2.0.0',
    // One client does the work of many.
    PROCTOR_REQUESTS_PER_SECOND: '0',
    PROCTOR_COSTLY_REQUESTS_PER_SECOND: '0',
  };
}

async function signIn(url: string, who: Identity): Promise<Identity> {
  const { email, token } = who;
  const answer = await callGateway(url, null, 'POST', '/session', { body: { email, token } });
  const [cookie] = answer.headers.getSetCookie();
  if (answer.status !== 201 || cookie === undefined) throw new Error(`${answer.status} ${answer.text}`);
  return { ...who, session: { cookie: cookie.split(';')[0] ?? '', origin: url } };
}

/** The credentials that v2's client sends, or a browser. */
export function identityHeaders(who: Identity | null): Record<string, string> {
  if (who?.session) return { Cookie: who.session.cookie, Origin: who.session.origin };
  return who ? { 'Email-Id': who.email, 'Access-Token': who.token } : {};
}

export async function callGateway(
  url: string,
  who: Identity | null,
  method: string,
  path: string,
  { body, headers }: CallOptions = {},
): Promise<Answer> {
  const response = await fetch(`${url}${path}`, {
    method,
    headers: { ...identityHeaders(who), ...headers },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  return toAnswer(response);
}

export async function toAnswer(response: Response): Promise<Answer> {
  const text = await response.text();
  return {
    status: response.status,
    type: response.headers.get('content-type')?.split(';')[0] ?? '',
    headers: response.headers,
    text,
    json: <T>() => JSON.parse(text) as T,
  };
}

/** One WebSocket on a log. */
export interface Viewer {
  socket: WebSocket;
  messages: string[];
  /** The lines that v2's client would print. */
  lines(): string[];
  /** The close, or the HTTP answer to the upgrade. Rejects on anything else. */
  ended: Promise<{ code: number; reason: string } | { status: number; body: string }>;
}

function watchLog(
  url: string,
  who: Identity | null,
  contextId: string | number,
  options: ClientOptions = {},
): Viewer {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/execution/logs?context_id=${contextId}`, {
    ...options,
    headers: { ...identityHeaders(who), ...options.headers },
  });
  const messages: string[] = [];
  socket.on('message', (data: Buffer) => messages.push(data.toString('utf8')));
  const ended: Viewer['ended'] = new Promise((resolve, reject) => {
    socket.on('close', (code, reason) => resolve({ code, reason: reason.toString('utf8') }));
    socket.on('unexpected-response', (_request, response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
    });
    socket.on('error', reject);
  });
  // A test that does not await the end must not fail with an unhandled rejection.
  ended.catch(() => undefined);
  return { socket, messages, lines: () => messages.flatMap((message) => message.split('\n')), ended };
}

/** The metadata of a proc that takes no args, as clients register it. */
export const procMetadata = (name: string, changes: Record<string, unknown> = {}) => ({
  name,
  image_name: `proctor/${name}:1`,
  env_vars: { args: [] as unknown[], secrets: [] as unknown[] },
  ...changes,
});
