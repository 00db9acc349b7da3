import { setTimeout as sleep } from 'node:timers/promises';
import {
  CLIENT_VERSION_HEADER,
  IDEMPOTENCY_KEY_HEADER,
  pathOf,
  routes,
  type ReplyOf,
  type RouteName,
} from '@app/contract';
import { AppError } from '@app/domain';
import { CLIENT_VERSION } from '../version.js';
import { failureFromAnswer, unexpectedAnswer, unreachable, type Answer } from './failure.js';
import type { Identity } from './identity.js';

/** Where the gateway is, and how long to wait for it. */
export interface Target {
  /** Without a slash at the end. */
  baseUrl: string;
  timeoutMs: number;
  /** How often the status is asked for, a second apart, after the log has ended. */
  statusPollCount: number;
}

export interface CallOptions {
  params?: Record<string, string>;
  query?: Record<string, string>;
  body?: unknown;
  /** Makes a call that changes something repeatable: it is then sent again when the connection fails. */
  idempotencyKey?: string;
}

type Headers = Record<string, string>;

const RETRY_DELAYS_MS = [200, 800, 2000];

/** The gateway's routes for the CLI. Every failure is an `AppError`. */
export class GatewayClient {
  constructor(
    readonly connection: Target,
    private readonly identity: Identity,
  ) {}

  /** Who is asking, as headers of a request or of a WebSocket's handshake. */
  async headers(): Promise<Headers> {
    return {
      ...(await this.identity.headers()),
      [CLIENT_VERSION_HEADER]: CLIENT_VERSION,
      Accept: 'application/json, application/problem+json',
    };
  }

  /** After a 401: true if asking again with `headers()` makes sense. */
  async renewIdentity(refused: Headers): Promise<boolean> {
    return await this.identity.renew(refused);
  }

  /** The refusal that an answer other than 2xx stands for. */
  failureFrom(answer: Answer): AppError {
    const failure = failureFromAnswer(answer, this.connection.baseUrl);
    if (failure.code !== 'unauthenticated' || this.identity.hint === null) return failure;
    const { message, details } = failure;
    return new AppError('unauthenticated', message, { hint: this.identity.hint, details });
  }

  async call<Name extends RouteName>(name: Name, options: CallOptions = {}): Promise<ReplyOf<Name>> {
    const headers = await this.headers();
    const answer = await this.sendRepeatedly(name, options, headers);
    if (answer.status !== 401 || !(await this.identity.renew(headers))) return this.read(name, answer);
    return this.read(name, await this.sendRepeatedly(name, options, await this.headers()));
  }

  private async sendRepeatedly(name: RouteName, options: CallOptions, headers: Headers): Promise<Answer> {
    const delaysMs = options.idempotencyKey === undefined ? [] : RETRY_DELAYS_MS;
    for (let tries = 0; ; tries++) {
      try {
        return await this.send(name, options, headers);
      } catch (error) {
        const delayMs = delaysMs[tries];
        if (delayMs === undefined)
          throw unreachable(this.connection.baseUrl, error, this.connection.timeoutMs);
        await sleep(delayMs);
      }
    }
  }

  /** Throws whatever `fetch` throws: no answer, or one that was cut. */
  private async send(
    name: RouteName,
    { params, query, body, idempotencyKey }: CallOptions,
    headers: Headers,
  ): Promise<Answer> {
    const response = await fetch(this.connection.baseUrl + pathOf(name, params, query), {
      method: routes[name].method,
      headers: {
        ...headers,
        ...(body !== undefined && { 'Content-Type': 'application/json' }),
        ...(idempotencyKey !== undefined && { [IDEMPOTENCY_KEY_HEADER]: idempotencyKey }),
      },
      body: body === undefined ? undefined : JSON.stringify(body),
      // A redirect would take the token to wherever it points.
      redirect: 'manual',
      signal: AbortSignal.timeout(this.connection.timeoutMs),
    });
    return {
      status: response.status,
      contentType: response.headers.get('content-type') ?? '',
      location: response.headers.get('location'),
      body: await response.text(),
    };
  }

  private read<Name extends RouteName>(name: Name, answer: Answer): ReplyOf<Name> {
    const route = routes[name];
    if (answer.status < 200 || answer.status > 299) throw this.failureFrom(answer);
    if (route.replyType === 'empty') return undefined as ReplyOf<Name>;
    const parsed = route.reply.safeParse(valueOf(name, answer));
    if (!parsed.success) throw unexpectedAnswer(answer, this.connection.baseUrl);
    return parsed.data as ReplyOf<Name>;
  }
}

function valueOf(name: RouteName, { status, body }: Answer): unknown {
  // v2's way to say that the list is empty.
  if (name === 'listSchedules' && status === 204) return [];
  return routes[name].replyType === 'json' ? parseJson(body) : body;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
