import http from 'node:http';
import https, { type RequestOptions } from 'node:https';
import { setImmediate } from 'node:timers/promises';
import { abortable } from '@app/timing';
import { abortError, type KubeResponse, type Outgoing, toHttp1Response } from './kube-response.js';

/** Detects a silently vanished peer within half a minute: after this delay Node probes every second. */
const TCP_KEEPALIVE_DELAY_MS = 15_000;
/** Idle connections kept for later requests. Each log and watch has its own connection besides. */
const MAX_FREE = 64;
const MAX_DIALS = 8;
/** Other requests may take a new connection first. */
const MAX_WAITS = 5;

/**
 * Connects to the API server patiently. A server that is short of CPU serves open connections long before it accepts new
 * ones, and a client that abandons a connection attempt and starts over queues behind all its abandoned attempts.
 */
export class Http1Connections {
  readonly agent: http.Agent;
  readonly #dials = new Set<Promise<void>>();

  /** @param dial sends a small request over a new connection; resolves with the response, rejects without one */
  constructor(
    protocol: string,
    private readonly dial: () => Promise<void>,
  ) {
    this.agent = new (protocol === 'https:' ? https : http).Agent({
      keepAlive: true,
      // The agent sets it on each connection that a request gives back: a different value would be set again for each request.
      keepAliveMsecs: TCP_KEEPALIVE_DELAY_MS,
      maxFreeSockets: MAX_FREE,
    });
  }

  close(): void {
    this.agent.destroy();
  }

  /**
   * Calls `act` once a connection is free, for the request that `act` sends before it first awaits. Stops waiting after a
   * few attempts, because a server may close each connection after its response. Rejects with a dial's failure, or with
   * the signal's reason when it aborts.
   */
  async whenFree<T>(signal: AbortSignal, act: () => Promise<T>): Promise<T> {
    for (let waits = 0; waits < MAX_WAITS && !this.#hasFree(); waits += 1) await this.#dialed(signal);
    return await act();
  }

  #hasFree(): boolean {
    return Object.values(this.agent.freeSockets).some((sockets) => sockets?.length);
  }

  /** Returns once a dial has connected; another request may take that connection first. An abort ends no dial. */
  async #dialed(signal: AbortSignal): Promise<void> {
    if (this.#dials.size < MAX_DIALS) this.#begin();
    await abortable(Promise.race(this.#dials), signal);
  }

  #begin(): void {
    const dial = this.dial()
      // Node returns the connection to the pool in the turn after the response was read.
      .then(() => setImmediate())
      .finally(() => this.#dials.delete(dial));
    dial.catch(() => undefined);
    this.#dials.add(dial);
  }
}

/** Sends a request on a connection of the agent in `options`. Rejects with an `ExchangeError`. */
export function exchangeOverHttp1(
  server: URL,
  options: RequestOptions,
  { method, path, headers, body, signal, isDetached }: Outgoing,
): Promise<KubeResponse> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const url = new URL(path, server);
    const request = (server.protocol === 'https:' ? https : http).request(url, {
      ...options,
      method,
      headers,
    });
    const onAbort = () => request.destroy(abortError(signal));
    signal.addEventListener('abort', onAbort);
    const stopListening = () => signal.removeEventListener('abort', onAbort);
    request.once('close', stopListening);
    request.once('response', (response) => {
      if (isDetached) stopListening();
      // The reader gets the error too. Without this listener, an error while no one reads would end the process.
      response.on('error', () => {});
      resolve(toHttp1Response(response));
    });
    // The server may have closed an idle connection just as it was reused.
    request.on('error', (error) => reject(Object.assign(error, { isConnectionLost: request.reusedSocket })));
    request.setSocketKeepAlive(true, TCP_KEEPALIVE_DELAY_MS);
    request.end(body);
  });
}
