import http from 'node:http';
import https from 'node:https';
import { setImmediate } from 'node:timers/promises';
import { abortable } from '@app/timing';

/** Idle connections kept for later requests. Each log and watch has its own connection besides. */
const MAX_FREE = 64;
const MAX_DIALS = 8;
/** Other requests may take a new connection first. */
const MAX_WAITS = 5;

/**
 * Connects to the API server patiently. A server that is short of CPU serves open connections long before it accepts new
 * ones, and a client that abandons a connection attempt and starts over queues behind all its abandoned attempts.
 */
export class KubeConnections {
  readonly agent: http.Agent;
  readonly #dials = new Set<Promise<void>>();

  /** @param dial sends a small request over a new connection; resolves with the response, rejects without one */
  constructor(
    protocol: string,
    private readonly dial: () => Promise<void>,
  ) {
    this.agent = new (protocol === 'https:' ? https : http).Agent({
      keepAlive: true,
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
