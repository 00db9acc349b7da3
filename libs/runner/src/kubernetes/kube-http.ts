import { KubeTimeoutError, KubeUnreachableError, toStatusError } from './api-outcome.js';
import { CreateGate } from './create-gate.js';
import { exchangeOverHttp1, Http1Connections } from './http1-connections.js';
import type { Credentials, KubeCredentials } from './kube-credentials.js';
import {
  abortError,
  type ExchangeError,
  type KubeHeaders,
  type KubeResponse,
  type Outgoing,
  readBody,
} from './kube-response.js';
import { readWarnings } from './read-warnings.js';
import { Trusts } from './trusts.js';
import { within, type Limit } from './within.js';

export interface KubeRequest {
  method: 'GET' | 'POST' | 'DELETE';
  /** Starts with `/api` or `/apis`. */
  path: string;
  query?: Readonly<Record<string, string>>;
  body?: unknown;
}

/** Watches and logs stay open. Logs have connections of their own: many, or slow ones, must not delay anything else. */
type Kind = 'request' | 'watch' | 'log';

interface OpenRequest extends Pick<KubeRequest, 'path' | 'query'> {
  kind: 'watch' | 'log';
  headersTimeoutMs?: number;
}

interface JsonOptions {
  connectTimeoutMs?: number;
  /** Called with each warning of the API server. */
  onWarning?: (text: string) => void;
}

interface SendOptions {
  /** Default: `request`. */
  kind?: Kind;
  /** The signal applies only until the headers arrive. */
  isDetached?: boolean;
  /** If given, the request waits for a free connection and calls this when it has one. */
  onConnected?: () => void;
  /** It was refused with 401 before, and the credentials were renewed. */
  isRenewed?: boolean;
}

const ERROR_BODY_BYTES = 64 * 1024;
const CONNECT_TIMEOUT_MS = 15_000;
const DIAL_TIMEOUT_MS = 30_000;
/** A credential plugin may wait for another service. */
const CREDENTIALS_TIMEOUT_MS = 60_000;
/** How often a request that the server has surely not acted on is sent again at once. */
const MAX_REFUSED_STREAMS = 3;
/**
 * Sends requests to the API server of a kubeconfig, over HTTP/1.1, or over HTTP/2 if that is allowed, the server speaks it,
 * and the connection has TLS and no proxy. The Kubernetes client's own transport creates a connection pool per request, and ends a response that
 * is silent for five minutes, as a log or a watch may be.
 */
export class KubeHttp {
  /** For all that is created through it. */
  readonly creates = new CreateGate();
  readonly #server: URL;
  readonly #http1: Http1Connections;
  readonly #trusts: Trusts;

  constructor(
    private readonly credentials: KubeCredentials,
    private readonly mayUseHttp2: boolean,
  ) {
    this.#server = new URL(credentials.cluster.server);
    this.#trusts = new Trusts(this.#server);
    this.#http1 = new Http1Connections(this.#server.protocol, () => this.#dialHttp1());
  }

  close(): void {
    this.#trusts.close();
    this.#http1.close();
  }

  /** Throws `KubeUnreachableError`, which says what to change, if the kubeconfig gives no usable credentials. */
  async checkCredentials(): Promise<void> {
    const read = ({ signal }: Limit) => this.credentials.read(signal);
    await within(CREDENTIALS_TIMEOUT_MS, undefined, read).catch((error: unknown) => {
      if (!(error instanceof KubeTimeoutError)) throw error;
      throw new KubeUnreachableError(`The plugin of the kubeconfig gave ${error.message}.`, { cause: error });
    });
  }

  /** Returns once a connection is free for the next request. Throws as `json` does. */
  async connect(signal?: AbortSignal): Promise<void> {
    await within(CONNECT_TIMEOUT_MS, signal, async (limit) => {
      const { requests } = this.#trusts.of(await this.credentials.read(limit.signal));
      const session = this.#maySpeakHttp2
        ? await requests.reserve(false, limit.signal).catch(asUnreachable)
        : 'http/1.1';
      if (session !== 'http/1.1') session.release(false);
      else await this.#whenConnected(limit.signal, () => Promise.resolve());
    });
  }

  /** Behind a proxy, the proxy library opens a connection for each request. */
  #whenConnected<T>(signal: AbortSignal, act: () => Promise<T>): Promise<T> {
    return this.#isProxied ? act() : this.#http1.whenFree(signal, act);
  }

  get #isProxied(): boolean {
    return this.credentials.cluster.proxyUrl !== undefined;
  }

  get #maySpeakHttp2(): boolean {
    return this.mayUseHttp2 && this.#server.protocol === 'https:' && !this.#isProxied;
  }

  async #dialHttp1(): Promise<void> {
    await within(DIAL_TIMEOUT_MS, undefined, async ({ signal }) => {
      const credentials = await this.credentials.read(signal);
      const request = { method: 'GET', path: '/version' } as const;
      const outgoing = this.#outgoing(request, credentials, { signal, isDetached: false });
      // An error response, too, proves the connection.
      await readBody(await this.#overHttp1(outgoing, credentials)).catch(asUnreachable);
    });
  }

  /**
   * Sends a request and reads the JSON response, within `timeoutMs` of getting a connection. Throws `KubeStatusError`
   * for 400 and above, `KubeUnreachableError` without a connection or response, and the signal's reason when it aborts.
   */
  async json<T>(
    request: KubeRequest,
    timeoutMs: number,
    signal?: AbortSignal,
    { connectTimeoutMs = CONNECT_TIMEOUT_MS, onWarning }: JsonOptions = {},
  ): Promise<T> {
    return await within(connectTimeoutMs, signal, async (limit) => {
      const onConnected = () => limit.restart(timeoutMs);
      const response = await this.#send(request, limit.signal, { onConnected });
      for (const warning of readWarnings(valuesOf(response.headers, 'warning'))) onWarning?.(warning);
      const body = await readBody(response).catch(asUnreachable);
      try {
        return JSON.parse(body.toString('utf8')) as T;
      } catch (error) {
        throw new KubeUnreachableError('the response is not JSON', { cause: error });
      }
    });
  }

  /**
   * Opens an endless GET. Without `headersTimeoutMs` it waits indefinitely for the headers, because the kubelet sends
   * those of a log with its first line. The caller destroys the response. Throws as `json` does.
   */
  async open(
    { path, query, kind, headersTimeoutMs }: OpenRequest,
    signal: AbortSignal,
  ): Promise<KubeResponse> {
    const request: KubeRequest = { method: 'GET', path, query };
    if (headersTimeoutMs === undefined) return await this.#send(request, signal, { kind });
    // The timeout ends with the headers, so the stream needs the caller's signal of its own.
    const response = await within(headersTimeoutMs, signal, (limit) =>
      this.#send(request, limit.signal, { kind, isDetached: true }),
    );
    const onAbort = () => response.destroy(abortError(signal));
    signal.addEventListener('abort', onAbort, { once: true });
    response.body.once('close', () => signal.removeEventListener('abort', onAbort));
    if (signal.aborted) onAbort();
    return response;
  }

  async #send(request: KubeRequest, signal: AbortSignal, how: SendOptions = {}): Promise<KubeResponse> {
    const { isRenewed = false } = how;
    const sentAtMs = performance.now();
    const response = await this.#exchange(request, signal, how).catch(asUnreachable);
    const { status } = response;
    if (status < 300) return response;
    if (status === 401 && !isRenewed && this.credentials.renew(sentAtMs)) {
      response.body.resume();
      return await this.#send(request, signal, { ...how, isRenewed: true });
    }
    const body = await readBody(response, ERROR_BODY_BYTES).catch(asUnreachable);
    const [retryAfter] = valuesOf(response.headers, 'retry-after');
    throw toStatusError(status, body.toString('utf8'), retryAfter);
  }

  async #exchange(
    request: KubeRequest,
    signal: AbortSignal,
    { kind = 'request', isDetached = false, onConnected }: SendOptions,
  ): Promise<KubeResponse> {
    const credentials = await this.credentials.read(signal);
    const outgoing = this.#outgoing(request, credentials, { signal, isDetached });
    const response = this.#maySpeakHttp2 && (await this.#overHttp2(outgoing, credentials, kind, onConnected));
    return response || (await this.#overHttp1(outgoing, credentials, onConnected));
  }

  /** Null: the server speaks only HTTP/1.1. */
  async #overHttp2(
    outgoing: Outgoing,
    credentials: Credentials,
    kind: Kind,
    onConnected?: () => void,
  ): Promise<KubeResponse | null> {
    const isLasting = kind !== 'request';
    for (let failures = 0; ; failures += 1) {
      const trust = this.#trusts.of(credentials);
      const sessions = kind === 'log' ? trust.logs : trust.requests;
      const session = await sessions.reserve(isLasting, outgoing.signal);
      if (session === 'http/1.1') return null;
      // Not again for a second stream: the caller's time runs from the first.
      if (failures === 0) onConnected?.();
      try {
        return await session.send(outgoing, isLasting);
      } catch (error) {
        const { isUnprocessed, isConnectionLost } = error as ExchangeError;
        // After a GOAWAY, or a connection that was lost. All our requests may be repeated.
        const mayRetry = isUnprocessed ? failures < MAX_REFUSED_STREAMS : isConnectionLost && failures === 0;
        if (outgoing.signal.aborted || !mayRetry) throw error;
      }
    }
  }

  async #overHttp1(
    outgoing: Outgoing,
    credentials: Credentials,
    onConnected?: () => void,
  ): Promise<KubeResponse> {
    const { headers: _, ...options } = credentials;
    if (!this.#isProxied) {
      options.agent = this.#http1.agent;
      // Each log has its own connection, and parsing the certificates again costs more than the handshake.
      Object.assign(options, { secureContext: this.#trusts.of(credentials).secureContext });
    }
    const exchange = () => exchangeOverHttp1(this.#server, options, outgoing);
    const first = () => {
      onConnected?.();
      return exchange();
    };
    try {
      return await (onConnected ? this.#whenConnected(outgoing.signal, first) : first());
    } catch (error) {
      if (outgoing.signal.aborted || !(error as ExchangeError).isConnectionLost) throw error;
      return await exchange();
    }
  }

  #outgoing(
    { method, path, query, body: content }: KubeRequest,
    { headers, auth }: Credentials,
    { signal, isDetached }: Pick<Outgoing, 'signal' | 'isDetached'>,
  ): Outgoing {
    const body = content === undefined ? undefined : JSON.stringify(content);
    const search = query ? `?${new URLSearchParams(query).toString()}` : '';
    return {
      method,
      path: `${this.#server.pathname.replace(/\/$/, '')}${path}${search}`,
      headers: {
        ...(headers as Record<string, string>),
        ...(auth && { authorization: `Basic ${Buffer.from(auth).toString('base64')}` }),
        accept: 'application/json',
        // Without a length, Node sends the body of a DELETE as if it were the next request.
        ...(body !== undefined && {
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(body),
        }),
      },
      ...{ body, signal, isDetached },
    };
  }
}

function asUnreachable(error: unknown): never {
  if (error instanceof KubeUnreachableError) throw error;
  const { message, code } = error as { message?: string; code?: string };
  throw new KubeUnreachableError(message || code || String(error), { cause: error });
}

function valuesOf(headers: KubeHeaders, name: string): string[] {
  return [headers[name] ?? []].flat();
}
