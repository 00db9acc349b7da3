import http, { type IncomingMessage } from 'node:http';
import https, { type RequestOptions } from 'node:https';
import { createSecureContext, type SecureContext } from 'node:tls';
import type { KubeConfig } from '@kubernetes/client-node';
import { KubeStatusError, KubeUnreachableError, toStatusError } from './api-outcome.js';
import { KubeConnections } from './kube-connections.js';

export interface KubeRequest {
  method: 'GET' | 'POST' | 'DELETE';
  /** Starts with `/api` or `/apis`. */
  path: string;
  query?: Readonly<Record<string, string>>;
  body?: unknown;
}

interface Limit {
  signal: AbortSignal;
  /** From now on. */
  restart(timeoutMs: number): void;
}

interface SendOptions {
  /** The signal is for the headers only. */
  isDetached?: boolean;
  /** Given: the request waits for a connection, and this is called when it has one. */
  onConnected?: () => void;
}

/** Finds a peer that is gone without a word within half a minute: Node probes each second after the first delay. */
const TCP_KEEPALIVE_DELAY_MS = 15_000;
const ERROR_BODY_BYTES = 64 * 1024;
const CONNECT_TIMEOUT_MS = 15_000;
const DIAL_TIMEOUT_MS = 30_000;

/**
 * Requests to the API server of a kubeconfig, over node:http. The client's own transport makes a connection pool per
 * request and ends a response that stays silent for five minutes, as a log or a watch may.
 */
export class KubeHttp {
  readonly #server: URL;
  readonly #connections: KubeConnections;
  #trust: { of: string; context: SecureContext } | null = null;

  constructor(private readonly config: KubeConfig) {
    this.#server = new URL(config.getCurrentCluster()!.server);
    this.#connections = new KubeConnections(this.#server.protocol, () => this.#dial());
  }

  close(): void {
    this.#connections.close();
  }

  /** Returns when a request would have its connection at once. Throws as `json` does. */
  async connect(signal?: AbortSignal): Promise<void> {
    await this.#within(CONNECT_TIMEOUT_MS, signal, (limit) =>
      this.#whenConnected(limit.signal, () => Promise.resolve()),
    );
  }

  /** With a proxy, its library makes a connection for each request. */
  #whenConnected<T>(signal: AbortSignal, act: () => Promise<T>): Promise<T> {
    return this.#isProxied ? act() : this.#connections.whenFree(signal, act);
  }

  get #isProxied(): boolean {
    return this.config.getCurrentCluster()?.proxyUrl !== undefined;
  }

  async #dial(): Promise<void> {
    const request = { method: 'GET', path: '/version' } as const;
    try {
      await this.#within(DIAL_TIMEOUT_MS, undefined, async ({ signal }) =>
        readBody(await this.#send(request, signal)),
      );
    } catch (error) {
      // Whatever was answered came over a connection.
      if (!(error instanceof KubeStatusError)) throw error;
    }
  }

  /**
   * Sends, and reads the JSON answer within `timeoutMs` of having a connection. Throws `KubeStatusError` for 400 and
   * above, `KubeUnreachableError` without a connection or an answer, the signal's reason when it aborts.
   */
  async json<T>(
    request: KubeRequest,
    timeoutMs: number,
    signal?: AbortSignal,
    { connectWithinMs = CONNECT_TIMEOUT_MS } = {},
  ): Promise<T> {
    return await this.#within(connectWithinMs, signal, async (limit) => {
      const onConnected = () => limit.restart(timeoutMs);
      const response = await this.#send(request, limit.signal, { onConnected });
      const body = await readBody(response);
      try {
        return JSON.parse(body.toString('utf8')) as T;
      } catch (error) {
        throw new KubeUnreachableError('the answer is not JSON', { cause: error });
      }
    });
  }

  /**
   * Opens an endless GET. Without `headersWithinMs` it waits for the answer as long as it takes: the kubelet sends the
   * headers of a log with its first line. The caller destroys the response. Throws as `json` does.
   */
  async open(
    { path, query, headersWithinMs }: Omit<KubeRequest, 'method' | 'body'> & { headersWithinMs?: number },
    signal: AbortSignal,
  ): Promise<IncomingMessage> {
    const request: KubeRequest = { method: 'GET', path, query };
    if (headersWithinMs === undefined) return await this.#send(request, signal);
    // The limit ends with the headers, so the stream needs the caller's signal by itself.
    const response = await this.#within(headersWithinMs, signal, (limit) =>
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
        throw new KubeUnreachableError(`no answer within ${limitMs} ms`, { cause: error });
      throw error;
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
    }
  }

  async #send(request: KubeRequest, signal: AbortSignal, how: SendOptions = {}): Promise<IncomingMessage> {
    const response = await this.#exchange(request, signal, how).catch((error: unknown) => {
      throw error instanceof KubeUnreachableError
        ? error
        : new KubeUnreachableError(messageOf(error), { cause: error });
    });
    const status = response.statusCode ?? 0;
    if (status < 300) return response;
    throw toStatusError(status, (await readBody(response, ERROR_BODY_BYTES)).toString('utf8'));
  }

  async #exchange(
    request: KubeRequest,
    signal: AbortSignal,
    { isDetached = false, onConnected }: SendOptions,
  ): Promise<IncomingMessage> {
    const body = request.body === undefined ? undefined : JSON.stringify(request.body);
    const options = await this.#optionsOf(request.method, body);
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
      // The server closed an idle connection just as it was used again; each of our requests may be repeated.
      if (signal.aborted || !(error as { onReusedSocket?: boolean }).onReusedSocket) throw error;
      return await exchange();
    }
  }

  async #optionsOf(method: KubeRequest['method'], body: string | undefined): Promise<RequestOptions> {
    const options: RequestOptions = { method };
    await this.config.applyToHTTPSOptions(options);
    if (!this.#isProxied) {
      options.agent = this.#connections.agent;
      Object.assign(options, { secureContext: this.#secureContextOf(options) });
    }
    // Without its length, Node sends the body of a DELETE as if it were the next request.
    const ofBody =
      body === undefined
        ? {}
        : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
    options.headers = {
      ...(options.headers as http.OutgoingHttpHeaders),
      accept: 'application/json',
      ...ofBody,
    };
    return options;
  }

  /** Each log has a connection of its own; parsing the certificates anew for it costs more than the handshake. */
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
    const letGo = () => signal.removeEventListener('abort', onAbort);
    request.once('close', letGo);
    request.once('response', (response) => {
      if (isDetached) letGo();
      // Whoever reads gets the error too; without this one, nobody reading would end the process.
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
