import http, { type IncomingMessage } from 'node:http';
import https, { type RequestOptions } from 'node:https';
import { createSecureContext, type SecureContext } from 'node:tls';
import { KubeStatusError, KubeTimeoutError, KubeUnreachableError, toStatusError } from './api-outcome.js';
import { KubeConnections } from './kube-connections.js';
import { readWarnings } from './read-warnings.js';
import type { KubeCredentials } from './kube-credentials.js';

export interface KubeRequest {
  method: 'GET' | 'POST' | 'DELETE';
  /** Starts with `/api` or `/apis`. */
  path: string;
  query?: Readonly<Record<string, string>>;
  body?: unknown;
}

interface Limit {
  signal: AbortSignal;
  /** Starts the timeout again, from now. */
  restart(timeoutMs: number): void;
}

interface JsonOptions {
  connectTimeoutMs?: number;
  /** Called with each warning of the API server. */
  onWarning?: (text: string) => void;
}

interface SendOptions {
  /** The signal applies only until the headers arrive. */
  isDetached?: boolean;
  /** If given, the request waits for a free connection and calls this when it has one. */
  onConnected?: () => void;
  /** It was refused with 401 before, and the credentials were renewed. */
  isRenewed?: boolean;
}

/** Detects a silently vanished peer within half a minute: after this delay Node probes every second. */
const TCP_KEEPALIVE_DELAY_MS = 15_000;
const ERROR_BODY_BYTES = 64 * 1024;
const CONNECT_TIMEOUT_MS = 15_000;
const DIAL_TIMEOUT_MS = 30_000;
/** A credential plugin may wait for another service. */
const CREDENTIALS_TIMEOUT_MS = 60_000;

/**
 * Sends requests to the API server of a kubeconfig, over node:http. The Kubernetes client's own transport creates a
 * connection pool per request, and ends a response that is silent for five minutes, as a log or a watch may be.
 */
export class KubeHttp {
  readonly #server: URL;
  readonly #connections: KubeConnections;
  #trust: { of: string; context: SecureContext } | null = null;

  constructor(private readonly credentials: KubeCredentials) {
    this.#server = new URL(credentials.cluster.server);
    this.#connections = new KubeConnections(this.#server.protocol, () => this.#dial());
  }

  close(): void {
    this.#connections.close();
  }

  /** Throws `KubeUnreachableError`, which says what to change, if the kubeconfig gives no usable credentials. */
  async checkCredentials(): Promise<void> {
    const read = ({ signal }: Limit) => this.credentials.read(signal);
    await this.#within(CREDENTIALS_TIMEOUT_MS, undefined, read).catch((error: unknown) => {
      if (!(error instanceof KubeTimeoutError)) throw error;
      throw new KubeUnreachableError(`The plugin of the kubeconfig gave ${error.message}.`, { cause: error });
    });
  }

  /** Returns once a connection is free for the next request. Throws as `json` does. */
  async connect(signal?: AbortSignal): Promise<void> {
    await this.#within(CONNECT_TIMEOUT_MS, signal, (limit) =>
      this.#whenConnected(limit.signal, () => Promise.resolve()),
    );
  }

  /** Behind a proxy, the proxy library opens a connection for each request. */
  #whenConnected<T>(signal: AbortSignal, act: () => Promise<T>): Promise<T> {
    return this.#isProxied ? act() : this.#connections.whenFree(signal, act);
  }

  get #isProxied(): boolean {
    return this.credentials.cluster.proxyUrl !== undefined;
  }

  async #dial(): Promise<void> {
    const request = { method: 'GET', path: '/version' } as const;
    try {
      await this.#within(DIAL_TIMEOUT_MS, undefined, async ({ signal }) =>
        readBody(await this.#send(request, signal)),
      );
    } catch (error) {
      // An error response, too, proves the connection.
      if (!(error instanceof KubeStatusError)) throw error;
    }
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
    return await this.#within(connectTimeoutMs, signal, async (limit) => {
      const onConnected = () => limit.restart(timeoutMs);
      const response = await this.#send(request, limit.signal, { onConnected });
      for (const warning of readWarnings(response.headersDistinct['warning'])) onWarning?.(warning);
      const body = await readBody(response);
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
    { path, query, headersTimeoutMs }: Omit<KubeRequest, 'method' | 'body'> & { headersTimeoutMs?: number },
    signal: AbortSignal,
  ): Promise<IncomingMessage> {
    const request: KubeRequest = { method: 'GET', path, query };
    if (headersTimeoutMs === undefined) return await this.#send(request, signal);
    // The timeout ends with the headers, so the stream needs the caller's signal of its own.
    const response = await this.#within(headersTimeoutMs, signal, (limit) =>
      this.#send(request, limit.signal, { isDetached: true }),
    );
    const onAbort = () => response.destroy(abortError(signal));
    signal.addEventListener('abort', onAbort, { once: true });
    response.once('close', () => signal.removeEventListener('abort', onAbort));
    if (signal.aborted) onAbort();
    return response;
  }

  async #within<T>(
    timeoutMs: number,
    signal: AbortSignal | undefined,
    act: (limit: Limit) => Promise<T>,
  ): Promise<T> {
    signal?.throwIfAborted();
    const limit = new AbortController();
    let limitMs = timeoutMs;
    let timer = setTimeout(() => limit.abort(), limitMs);
    const restart = (ms: number) => {
      clearTimeout(timer);
      limitMs = ms;
      timer = setTimeout(() => limit.abort(), ms);
    };
    const onAbort = () => limit.abort();
    signal?.addEventListener('abort', onAbort);
    try {
      return await act({ signal: limit.signal, restart });
    } catch (error) {
      signal?.throwIfAborted();
      if (limit.signal.aborted)
        throw new KubeTimeoutError(`no response within ${limitMs} ms`, { cause: error });
      throw error;
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
    }
  }

  async #send(request: KubeRequest, signal: AbortSignal, how: SendOptions = {}): Promise<IncomingMessage> {
    const { isRenewed = false } = how;
    const sentAtMs = performance.now();
    const response = await this.#exchange(request, signal, how).catch((error: unknown) => {
      throw error instanceof KubeUnreachableError
        ? error
        : new KubeUnreachableError(messageOf(error), { cause: error });
    });
    const status = response.statusCode ?? 0;
    if (status < 300) return response;
    if (status === 401 && !isRenewed && this.credentials.renew(sentAtMs)) {
      response.resume();
      return await this.#send(request, signal, { ...how, isRenewed: true });
    }
    throw toStatusError(status, (await readBody(response, ERROR_BODY_BYTES)).toString('utf8'));
  }

  async #exchange(
    request: KubeRequest,
    signal: AbortSignal,
    { isDetached = false, onConnected }: SendOptions,
  ): Promise<IncomingMessage> {
    const body = request.body === undefined ? undefined : JSON.stringify(request.body);
    const options = await this.#optionsOf(request.method, body, signal);
    const url = new URL(this.#server);
    url.pathname = `${url.pathname.replace(/\/$/, '')}${request.path}`;
    url.search = new URLSearchParams(request.query).toString();
    const exchange = () => exchangeOnce(url, options, body, { signal, isDetached });
    const first = () => {
      onConnected?.();
      return exchange();
    };
    try {
      return await (onConnected ? this.#whenConnected(signal, first) : first());
    } catch (error) {
      // The server closed an idle connection just as it was reused. All our requests may be repeated.
      if (signal.aborted || !(error as { onReusedSocket?: boolean }).onReusedSocket) throw error;
      return await exchange();
    }
  }

  async #optionsOf(
    method: KubeRequest['method'],
    body: string | undefined,
    signal: AbortSignal,
  ): Promise<RequestOptions> {
    const options: RequestOptions = { ...(await this.credentials.read(signal)), method };
    if (!this.#isProxied) {
      options.agent = this.#connections.agent;
      Object.assign(options, { secureContext: this.#secureContextOf(options) });
    }
    // Without a length, Node sends the body of a DELETE as if it were the next request.
    const bodyHeaders =
      body === undefined
        ? {}
        : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
    options.headers = {
      ...(options.headers as http.OutgoingHttpHeaders),
      accept: 'application/json',
      ...bodyHeaders,
    };
    return options;
  }

  /** Each log has its own connection, and parsing the certificates again costs more than the handshake. */
  #secureContextOf({ ca, cert, key, pfx, passphrase }: RequestOptions): SecureContext {
    const of = JSON.stringify([ca, cert, key, pfx, passphrase].map(String));
    if (this.#trust?.of !== of) {
      this.#trust = { of, context: createSecureContext({ ca, cert, key, pfx, passphrase }) };
    }
    return this.#trust.context;
  }
}

function exchangeOnce(
  url: URL,
  options: RequestOptions,
  body: string | undefined,
  { signal, isDetached }: { signal: AbortSignal; isDetached: boolean },
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const request = (url.protocol === 'https:' ? https : http).request(url, options);
    const onAbort = () => request.destroy(abortError(signal));
    signal.addEventListener('abort', onAbort);
    const stopListening = () => signal.removeEventListener('abort', onAbort);
    request.once('close', stopListening);
    request.once('response', (response) => {
      if (isDetached) stopListening();
      // The reader gets the error too. Without this listener, an error while no one reads would end the process.
      response.on('error', () => {});
      resolve(response);
    });
    request.on('error', (error) => reject(Object.assign(error, { onReusedSocket: request.reusedSocket })));
    request.setSocketKeepAlive(true, TCP_KEEPALIVE_DELAY_MS);
    request.end(body);
  });
}

async function readBody(response: IncomingMessage, limitBytes = Infinity): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      if ((bytes += chunk.length) > limitBytes) break;
    }
  } catch (error) {
    throw new KubeUnreachableError(messageOf(error), { cause: error });
  }
  return Buffer.concat(chunks);
}

function abortError(signal: AbortSignal): Error {
  return signal.reason instanceof Error ? signal.reason : new Error('aborted');
}

function messageOf(error: unknown): string {
  const { message, code } = error as { message?: string; code?: string };
  return message || code || String(error);
}
