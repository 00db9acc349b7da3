import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '../../../test/support/api-client.js';
import type { OwnServer } from '../../../test/support/servers.js';

const POLL_INTERVAL_MS = 300;
/** After an immediate stop, children of Postgres stay for a moment and delay the next start. */
const MAX_START_MS = 90_000;

/** Postgres or Redis with a supervisor: starts it again whenever it is down and no fault keeps it down. */
export class SupervisedServer<Server extends OwnServer> {
  /** How often it was started again. */
  restarts = 0;
  private keptDown = 0;
  private isClosing = false;
  private readonly supervising: Promise<void>;

  constructor(
    readonly name: string,
    readonly server: Server,
    private readonly log: (line: string) => void,
    private readonly onStart: () => void,
  ) {
    this.supervising = this.supervise();
  }

  /** Stops it with `end`, and keeps it down. @returns allows the restart; call it once */
  async takeDown(end: (server: Server) => Promise<void>): Promise<() => void> {
    this.keptDown += 1;
    if (this.server.isAlive()) await end(this.server);
    return () => void (this.keptDown -= 1);
  }

  async waitUntilUp(): Promise<void> {
    const isUp = () => this.server.isAlive() && this.keptDown === 0;
    await until(isUp, MAX_START_MS, () => `${this.name} to be up`);
  }

  /** Ends the supervision; the caller stops the server. */
  async close(): Promise<void> {
    this.isClosing = true;
    await this.supervising;
  }

  private async supervise(): Promise<void> {
    for (; !this.isClosing; await sleep(POLL_INTERVAL_MS)) {
      if (this.server.isAlive() || this.keptDown > 0) continue;
      try {
        await this.server.start();
        this.restarts += 1;
        this.onStart();
        this.log('chaos: restarted');
      } catch (error) {
        this.log(`chaos: restart failed: ${(error as Error).message}`);
      }
    }
  }
}
