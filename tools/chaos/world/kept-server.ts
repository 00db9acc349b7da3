import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '../../../test/support/api-client.js';
import type { OwnServer } from '../../../test/support/servers.js';

const LOOK_INTERVAL_MS = 300;
/** A Postgres that is told to stop at once leaves children behind for a moment. */
const LONGEST_START_MS = 90_000;

/** Postgres or Redis with an operator: whenever it has ended and nobody keeps it down, it is started again. */
export class KeptServer<Server extends OwnServer> {
  /** How often it had to be started again. */
  restarts = 0;
  private keptDown = 0;
  private isClosing = false;
  private readonly operating: Promise<void>;

  constructor(
    readonly name: string,
    readonly server: Server,
    private readonly log: (line: string) => void,
    private readonly onStart: () => void,
  ) {
    this.operating = this.operate();
  }

  /** Ends it in this way, and keeps it down. @returns lets it be started; may be called once */
  async takeDown(end: (server: Server) => Promise<void>): Promise<() => void> {
    this.keptDown += 1;
    if (this.server.isAlive()) await end(this.server);
    return () => void (this.keptDown -= 1);
  }

  async waitUntilUp(): Promise<void> {
    const isUp = () => this.server.isAlive() && this.keptDown === 0;
    await until(isUp, LONGEST_START_MS, () => `${this.name} to be up`);
  }

  /** Nobody starts it again; it is up to the caller to stop it. */
  async close(): Promise<void> {
    this.isClosing = true;
    await this.operating;
  }

  private async operate(): Promise<void> {
    for (; !this.isClosing; await sleep(LOOK_INTERVAL_MS)) {
      if (this.server.isAlive() || this.keptDown > 0) continue;
      try {
        await this.server.start();
        this.restarts += 1;
        this.onStart();
        this.log('chaos: started again');
      } catch (error) {
        this.log(`chaos: could not be started: ${(error as Error).message}`);
      }
    }
  }
}
