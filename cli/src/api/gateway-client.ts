import { setTimeout as sleep } from 'node:timers/promises';
import {
  CLIENT_VERSION_HEADER,
  EMAIL_HEADER,
  IDEMPOTENCY_KEY_HEADER,
  TOKEN_HEADER,
  pathOf,
  routes,
  type ReplyOf,
  type RouteName,
} from '@app/contract';
import type { Connection } from '../config/resolve-config.js';
import { CLIENT_VERSION } from '../version.js';
import { failureFromAnswer, unexpectedAnswer, unreachable, type Answer } from './failure.js';

export interface CallOptions {
  params?: Record<string, string>;
  query?: Record<string, string>;
  body?: unknown;
  /** Makes a call that changes something repeatable: it is then sent again when the connection fails. */
  idempotencyKey?: string;
}

const RETRY_DELAYS_MS = [200, 800, 2000];

/** The gateway's routes for the CLI. Every failure is an `AppError`. */
export class GatewayClient {
  constructor(readonly connection: Connection) {}

  /** Who is asking, as headers of a request or of a WebSocket's handshake. */
  headers(): Record<string, string> {
    return {
      [EMAIL_HEADER]: this.connection.email,
      [TOKEN_HEADER]: this.connection.token,
      [CLIENT_VERSION_HEADER]: CLIENT_VERSION,
      Accept: 'application/json, application/problem+json',
    };
  }

  async call<Name extends RouteName>(name: Name, options: CallOptions = {}): Promise<ReplyOf<Name>> {
    const delaysMs = options.idempotencyKey === undefined ? [] : RETRY_DELAYS_MS;
    for (let tries = 0; ; tries++) {
      let answer: Answer;
      try {
        answer = await this.send(name, options);
      } catch (error) {
        const delayMs = delaysMs[tries];
        if (delayMs === undefined)
          throw unreachable(this.connection.baseUrl, error, this.connection.timeoutMs);
        await sleep(delayMs);
        continue;
      }
      return this.read(name, answer);
    }
  }

  /** Throws whatever `fetch` throws: no answer, or one that was cut. */
  private async send(name: RouteName, { params, query, body, idempotencyKey }: CallOptions): Promise<Answer> {
    const response = await fetch(this.connection.baseUrl + pathOf(name, params, query), {
      method: routes[name].method,
      headers: {
        ...this.headers(),
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
    if (answer.status < 200 || answer.status > 299) throw failureFromAnswer(answer, this.connection.baseUrl);
    if (route.replyType === 'empty') return undefined as ReplyOf<Name>;
    const value = route.replyType === 'json' ? parseJson(answer.body) : answer.body;
    const parsed = route.reply.safeParse(value);
    if (!parsed.success) throw unexpectedAnswer(answer, this.connection.baseUrl);
    return parsed.data as ReplyOf<Name>;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
