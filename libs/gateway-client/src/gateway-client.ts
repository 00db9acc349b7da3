import {
  CLIENT_VERSION_HEADER,
  IDEMPOTENCY_KEY_HEADER,
  parseWritten,
  routes,
  stringifyJson,
  type ReplyOf,
  type RouteName,
} from '@app/contract';
import { pause, timeLimit } from '@app/timing';
import type { ConnectLog } from './log-connection.js';
import { connectWebSocket } from './connect-web-socket.js';
import { ANONYMOUS, type Headers, type Identity } from './identity.js';
import {
  readFailure,
  tryParseJson,
  unexpectedReply,
  type Answer,
  type RequestFacts,
} from './read-failure.js';
import { targetOf, type AnyRequest, type RequestArgument } from './request.js';
import { fetchTransport, readText, type Transport } from './transport.js';
import { unreachable } from './unreachable.js';

export interface GatewayClientOptions {
  /** Absolute, without a slash at the end: `https://proctor.example.com`. */
  baseUrl: string;
  /** For a whole call, for a connection to open, and for each silence of a text that is not live. */
  timeoutMs: number;
  /** Omitted: anonymous. */
  identity?: Identity;
  /** Sent as `Client-Version`: the gateway can refuse outdated clients. */
  clientVersion?: string;
  /** Before each retry of a call with an idempotency key. */
  retryDelaysMs?: readonly number[];
  /** Omitted: the global `fetch`. */
  transport?: Transport;
  /** Connects to the live log of an execution. Omitted: the global `WebSocket`, which Node has from version 22 on. */
  connectLog?: ConnectLog;
}

const RETRY_DELAYS_MS = [200, 800, 2000];
/** For all waits of a call that the gateway asks for. */
const MAX_WAIT_MS = 60_000;

/**
 * Calls the gateway's routes, in Node and in browsers.
 *
 * Every failure is a `GatewayError`; a call that is aborted throws the signal's reason.
 */
export class GatewayClient {
  readonly baseUrl: string;
  readonly timeoutMs: number;
  readonly transport: Transport;
  readonly connectLog: ConnectLog;
  private readonly identity: Identity;
  private readonly clientHeaders: Headers;
  private readonly retryDelaysMs: readonly number[];

  constructor(options: GatewayClientOptions) {
    this.baseUrl = options.baseUrl;
    this.timeoutMs = options.timeoutMs;
    this.identity = options.identity ?? ANONYMOUS;
    this.clientHeaders =
      options.clientVersion === undefined ? {} : { [CLIENT_VERSION_HEADER]: options.clientVersion };
    this.retryDelaysMs = options.retryDelaysMs ?? RETRY_DELAYS_MS;
    this.transport = options.transport ?? fetchTransport;
    this.connectLog = options.connectLog ?? connectWebSocket();
  }

  async call<Name extends RouteName>(
    name: Name,
    ...[request]: RequestArgument<Name>
  ): Promise<ReplyOf<Name>> {
    return await this.send(name, request ?? {});
  }

  /** `call` without its types, for code that is generic over routes. */
  async send<Name extends RouteName>(name: Name, request: AnyRequest): Promise<ReplyOf<Name>> {
    const send = async (headers: Headers) => await this.sendRepeatedly(name, request, headers);
    return this.readReply(name, await this.sendSigned(send));
  }

  /** Headers for the next request or WebSocket handshake. */
  async headers(): Promise<Headers> {
    return {
      ...(await this.identity.headers()),
      ...this.clientHeaders,
      Accept: 'application/json, application/problem+json',
    };
  }

  /** Called after a 401 for these headers. True: one more attempt with `headers()` may succeed. */
  async renewIdentity(refused: Headers): Promise<boolean> {
    return await this.identity.renew(refused);
  }

  /** Sends a request. If the gateway rejects its credentials, renews them and retries once. */
  async sendSigned<Response extends { status: number }>(
    send: (headers: Headers) => Promise<Response>,
  ): Promise<Response> {
    const headers = await this.headers();
    const response = await send(headers);
    if (response.status !== 401 || !(await this.renewIdentity(headers))) return response;
    return await send(await this.headers());
  }

  /** For `readFailure`. */
  get facts(): RequestFacts {
    return { baseUrl: this.baseUrl, scheme: this.identity.scheme };
  }

  private async sendRepeatedly(name: RouteName, request: AnyRequest, headers: Headers): Promise<Answer> {
    const delaysMs = request.idempotencyKey === undefined ? [] : this.retryDelaysMs;
    for (let retries = 0; ; retries++) {
      try {
        return await this.sendPatiently(name, request, headers);
      } catch (error) {
        request.signal?.throwIfAborted();
        const delayMs = delaysMs[retries];
        if (delayMs === undefined) throw unreachable(this.baseUrl, error, this.timeoutMs);
        await pause(delayMs, request.signal);
      }
    }
  }

  /** Reads again what the gateway refuses for being read too often, if it says when. */
  private async sendPatiently(name: RouteName, request: AnyRequest, headers: Headers): Promise<Answer> {
    for (let waitedMs = 0; ;) {
      const answer = await this.sendOnce(name, request, headers);
      const waitMs = retryAfterMs(answer);
      const mayWait = routes[name].method === 'GET' && waitMs !== null;
      if (!mayWait || waitedMs + waitMs > MAX_WAIT_MS) return answer;
      waitedMs += waitMs;
      await pause(waitMs, request.signal);
    }
  }

  /** Throws what the transport throws: there was no response, or it was cut off. */
  private async sendOnce(name: RouteName, request: AnyRequest, headers: Headers): Promise<Answer> {
    const { body, idempotencyKey, signal } = request;
    const limit = timeLimit(this.timeoutMs, signal);
    try {
      const { chunks, ...head } = await this.transport(this.baseUrl + targetOf(name, request), {
        method: routes[name].method,
        headers: {
          ...headers,
          ...(body !== undefined && { 'Content-Type': 'application/json' }),
          ...(idempotencyKey !== undefined && { [IDEMPOTENCY_KEY_HEADER]: idempotencyKey }),
        },
        body: body === undefined ? undefined : stringifyJson(body),
        signal: limit.signal,
      });
      return { ...head, body: await readText(chunks) };
    } finally {
      limit.clear();
    }
  }

  private readReply<Name extends RouteName>(name: Name, answer: Answer): ReplyOf<Name> {
    const route = routes[name];
    if (answer.status < 200 || answer.status > 299) throw readFailure(answer, this.facts);
    if (route.replyType === 'empty') return undefined as ReplyOf<Name>;
    const parsed = parseWritten(route.reply, valueOf(name, answer));
    if (!parsed.success) throw unexpectedReply(answer, this.baseUrl);
    return parsed.data as ReplyOf<Name>;
  }
}

/** Null: the gateway did not ask to wait. */
function retryAfterMs({ status, retryAfter }: Answer): number | null {
  const seconds = status === 429 && /^\d{1,5}$/.test(retryAfter ?? '') ? Number(retryAfter) : null;
  return seconds === null ? null : Math.max(1, seconds) * 1_000;
}

function valueOf(name: RouteName, { status, body }: Answer): unknown {
  // v2 answers 204 for an empty list.
  if (name === 'listSchedules' && status === 204) return [];
  return routes[name].replyType === 'json' ? tryParseJson(body) : body;
}
