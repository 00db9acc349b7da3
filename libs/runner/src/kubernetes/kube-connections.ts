import http from 'node:http';
import https from 'node:https';
import { setImmediate } from 'node:timers/promises';
import { abortable } from '@app/timing';

/** Kept for the next requests; logs and watches have one each beside them. */
const MAX_FREE = 64;
const MAX_DIALS = 8;
/** Others may be quicker to take what was connected. */
const MAX_WAITS = 5;

/**
 * Connections to the API server, made patiently: a server that is short of processors answers over what is connected
 * long before it accepts what is new, and who gives a connection up and begins another is behind all that were given up.
 */
export class KubeConnections {
  readonly agent: http.Agent;
  readonly #dials = new Set<Promise<void>>();

  /** `dial` sends a small request over a new connection: it returns with its answer, rejects without. */
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
   * Acts when there is a free connection; it is for the request that `act` begins before it first waits. Not for ever: a
   * server may close each after its answer. Rejects with the failure of a dial, with the signal's reason when it aborts.
   */
  async whenFree<T>(signal: AbortSignal, act: () => Promise<T>): Promise<T> {
    for (let waits = 0; waits < MAX_WAITS && !this.#hasFree(); waits += 1) await this.#dialed(signal);
    return await act();
  }

  #hasFree(): boolean {
    return Object.values(this.agent.freeSockets).some((sockets) => sockets?.length);
  }

  /** Returns when there is another connection, which somebody else may take first. Nobody's giving up ends a dial. */
  async #dialed(signal: AbortSignal): Promise<void> {
    if (this.#dials.size < MAX_DIALS) this.#begin();
    await abortable(Promise.race(this.#dials), signal);
  }

  #begin(): void {
    const dial = this.dial()
      // Node has it ready for others a moment after the answer was read.
      .then(() => setImmediate())
      .finally(() => this.#dials.delete(dial));
    dial.catch(() => undefined);
    this.#dials.add(dial);
  }
}
