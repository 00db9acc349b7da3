import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { problemFromError, type ExecutionReply, type ProcMetadata } from '@app/contract';
import { AppError } from '@app/domain';
import { WebSocketServer, type WebSocket } from 'ws';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** A request that `replies` answered. */
export interface SeenRequest {
  /** `METHOD /path?query` */
  line: string;
  body: unknown;
  authorization: string | undefined;
}

/** Plays one connection to a log stream. The last script is repeated. */
export type LogScript = (socket: WebSocket) => Promise<void> | void;

export interface FakeExecution {
  reply: ExecutionReply;
  /** Merged into `reply` once a log stream ends. */
  ending: Partial<ExecutionReply>;
}

export const EMAIL = 'me@example.com';
export const TOKEN = 'a-token-of-some-length-1234';

export const sayHello: ProcMetadata = {
  name: 'say-hello',
  description: 'Says hello',
  image_name: 'proctor/say-hello:1',
  env_vars: {
    args: [
      { name: 'WHO', description: 'Whom to greet', required: true },
      { name: 'HOW', description: 'How' },
    ],
    secrets: [{ name: 'KEY', description: 'Its key' }],
  },
  authorized_groups: ['devs'],
  author: 'A',
  contributors: '',
  organization: 'O',
};

/** A gateway in memory, on a free port, that follows the contract. Each reply can be replaced. */
export class FakeGateway {
  readonly executions = new Map<number, FakeExecution>();
  /** Bodies of accepted submissions, by idempotency key. */
  readonly submissions = new Map<string, { name: string; args: Record<string, string> }>();
  submitRequests = 0;
  logConnections = 0;
  /** `METHOD /path` → the handler that replaces the usual one. */
  readonly overrides = new Map<string, Answer>();
  /** `METHOD /path` → the JSON for authenticated requests (status 200; undefined: an empty 204). */
  readonly replies = new Map<string, unknown>();
  /** The requests that `replies` answered. */
  readonly seen: SeenRequest[] = [];
  /** Accepted as `Authorization: Bearer`, in addition to the one email and token. */
  readonly bearerTokens = new Set<string>();
  /** The only registered proc. */
  proc: ProcMetadata = sayHello;
  nextEnding: Partial<ExecutionReply> = { status: 'FINISHED', exit_code: 0 };
  logScripts: LogScript[] = [sendLines(['hello', '', 'bye'])];

  private readonly server = createServer((request, response) => this.answer(request, response));
  private readonly sockets = new WebSocketServer({ noServer: true });

  static async start(): Promise<FakeGateway> {
    const gateway = new FakeGateway();
    gateway.server.on('upgrade', (request, socket, head) => gateway.upgrade(request, socket, head));
    await new Promise<void>((resolve) => gateway.server.listen(0, '127.0.0.1', resolve));
    return gateway;
  }

  get host(): string {
    return `127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets.clients) socket.terminate();
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  addExecution(
    reply: Partial<ExecutionReply> = {},
    ending: Partial<ExecutionReply> = this.nextEnding,
  ): number {
    const id = 9007199254740000 + this.executions.size;
    const now = '2024-01-01T00:00:00.000Z';
    this.executions.set(id, {
      reply: {
        id,
        job_name: 'say-hello',
        name: `proctor-test-${id}`,
        image_tag: 'proctor/say-hello:1',
        created_at: now,
        updated_at: now,
        status: 'RECEIVED',
        ...reply,
      },
      ending,
    });
    return id;
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? '/', 'http://gateway');
    const override = this.overrides.get(`${request.method} ${url.pathname}`);
    if (override) return override(request, response);
    if (url.pathname === '/health/live') return json(response, 200, { status: 'ok', version: '9.9.9' });
    if (!this.knows(request)) {
      return refuse(response, 401, new AppError('unauthenticated', 'Email-Id or Access-Token is wrong.'));
    }
    const [, id, verb] = /^\/execution\/(\d+)\/(status|cancel)$/.exec(url.pathname) ?? [];
    if (this.replies.has(`${request.method} ${url.pathname}`)) return void this.reply(request, response, url);
    if (url.pathname === '/metadata/check') return json(response, 200, { warnings: [] });
    if (url.pathname === '/metadata') return json(response, 200, [this.proc]);
    if (url.pathname.startsWith('/metadata/')) return this.answerProc(response, url.pathname.slice(10));
    if (url.pathname === '/execution' && request.method === 'POST')
      return void this.submit(request, response);
    const execution = this.executions.get(Number(id));
    if (!execution) return refuse(response, 404, new AppError('not_found', 'Execution context not Found'));
    if (verb === 'cancel') {
      if (execution.reply.status === 'FINISHED') {
        return refuse(response, 409, new AppError('conflict', 'The execution has ended: FINISHED.'));
      }
      execution.reply.cancel_requested_at = execution.reply.updated_at;
    }
    return json(response, 200, execution.reply);
  }

  private knows({ headers }: IncomingMessage): boolean {
    const { 'email-id': email, 'access-token': token, authorization = '' } = headers;
    if (authorization !== '') return this.bearerTokens.has(authorization.replace(/^Bearer /, ''));
    return email === EMAIL && token === TOKEN;
  }

  private async reply(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
    let text = '';
    for await (const chunk of request) text += String(chunk);
    this.seen.push({
      line: `${request.method} ${url.pathname}${decodeURIComponent(url.search)}`,
      body: text === '' ? undefined : (JSON.parse(text) as unknown),
      authorization: request.headers.authorization,
    });
    const body = this.replies.get(`${request.method} ${url.pathname}`);
    if (body === undefined) response.writeHead(204).end();
    else json(response, 200, body);
  }

  private answerProc(response: ServerResponse, name: string): void {
    const now = '2024-01-01T00:00:00.000Z';
    if (name === this.proc.name) {
      return json(response, 200, { ...this.proc, revision: 3, created_at: now, updated_at: now });
    }
    return refuse(response, 404, new AppError('not_found', `There is no proc '${name}'.`));
  }

  private async submit(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.submitRequests += 1;
    let text = '';
    for await (const chunk of request) text += String(chunk);
    const body = JSON.parse(text) as { name: string; args: Record<string, string> };
    if (body.name !== sayHello.name) {
      return refuse(response, 404, new AppError('not_found', `There is no proc '${body.name}'.`));
    }
    const unknown = Object.keys(body.args).filter(
      (name) => !sayHello.env_vars.args.some((arg) => arg.name === name),
    );
    if (unknown.length > 0) {
      const details = unknown.map((field) => ({ field, message: 'is not declared' }));
      return refuse(response, 400, new AppError('invalid_args', 'The args do not fit.', { details }));
    }
    const key = String(request.headers['idempotency-key']);
    if (!this.submissions.has(key)) {
      this.submissions.set(key, body);
      this.addExecution({}, this.nextEnding);
    }
    const latest = [...this.executions.values()].at(-1);
    return json(response, 201, latest?.reply);
  }

  private upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const url = new URL(request.url ?? '/', 'http://gateway');
    if (!this.knows(request) || url.pathname !== '/execution/logs') {
      socket.end('HTTP/1.1 401 Unauthorized\r\ncontent-type: text/plain\r\ncontent-length: 2\r\n\r\nno');
      return;
    }
    const script = this.logScripts[Math.min(this.logConnections, this.logScripts.length - 1)];
    this.logConnections += 1;
    this.sockets.handleUpgrade(request, socket, head, (client) => {
      const execution = this.executions.get(Number(url.searchParams.get('context_id')));
      client.on('error', () => client.terminate());
      void (async () => {
        await script?.(client);
        if (client.readyState !== client.OPEN || !execution) return;
        Object.assign(execution.reply, execution.ending);
        client.close(1000, 'All logs are read');
      })();
    });
  }
}

/** Sends these lines, `perMessage` per message; then the log is complete. */
export function sendLines(lines: readonly string[], perMessage = 2): LogScript {
  return (socket) => {
    for (let at = 0; at < lines.length; at += perMessage) {
      socket.send(lines.slice(at, at + perMessage).join('\n'));
    }
  };
}

/** Sends these lines, then cuts the connection without a close frame. */
export function sendThenCut(lines: readonly string[]): LogScript {
  return async (socket) => {
    for (const line of lines) await new Promise((resolve) => socket.send(line, resolve));
    // Leaves the client time to read them.
    await new Promise((resolve) => setTimeout(resolve, 100));
    socket.terminate();
  };
}

/** Sends these lines, then stays silent. */
export function sendThenHang(lines: readonly string[]): LogScript {
  return (socket) => {
    for (const line of lines) socket.send(line);
    return new Promise(() => {});
  };
}

export function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

export function refuse(response: ServerResponse, status: number, error: AppError): void {
  response.writeHead(status, { 'content-type': 'application/problem+json' });
  response.end(JSON.stringify(problemFromError(error, status)));
}
