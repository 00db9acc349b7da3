export interface TurnSettings {
  /** How many go ahead together. */
  together: number;
  /** A round of the event loop that takes longer had other requests to serve. */
  quietRoundMs: number;
  /** How long a turn waits for the first quiet round. */
  patienceMs: number;
}

/** Long work gets at most 20 ms of each 70 while other requests keep coming. */
const LONG_WORK: TurnSettings = { together: 1, quietRoundMs: 0.2, patienceMs: 50 };
/** A chunk has up to 64 KiB, and a socket may deliver two before it stops. */
const READING: TurnSettings = { together: 4, quietRoundMs: Infinity, patienceMs: 0 };

/**
 * Holds work back until short requests had the event loop. Node accepts one connection in each round of the loop, so a
 * short request that comes after a hundred others waits for a hundred rounds: between two turns of long work the loop goes
 * round until nothing else happens, up to a limit.
 */
export class Turns {
  private readonly waiting: (() => void)[] = [];
  private isGoingRound = false;

  constructor(
    private readonly settings: TurnSettings,
    private readonly now: () => number = () => performance.now(),
  ) {}

  next(): Promise<void> {
    return new Promise((resolve) => {
      this.waiting.push(resolve);
      if (!this.isGoingRound) this.goRound();
    });
  }

  private goRound(): void {
    this.isGoingRound = true;
    const { quietRoundMs, patienceMs, together } = this.settings;
    const startedAt = this.now();
    let roundStartedAt: number | null = null;
    const go = () => {
      const now = this.now();
      // The first round started part-way through other work, so its length says nothing.
      const isQuiet = roundStartedAt !== null && now - roundStartedAt <= quietRoundMs;
      if (!isQuiet && now - startedAt < patienceMs) {
        roundStartedAt = now;
        setImmediate(go);
        return;
      }
      for (const resolve of this.waiting.splice(0, together)) resolve();
      this.isGoingRound = this.waiting.length > 0;
      // What was let go runs before the next callback.
      if (this.isGoingRound) setImmediate(() => this.goRound());
    };
    setImmediate(go);
  }
}

/** Requests that come first on their connections: the connections that still wait are accepted before. */
const NEWCOMERS: TurnSettings = { together: 16, quietRoundMs: 0.2, patienceMs: 15 };

/** Of this process, which has one event loop. */
export const longWork = new Turns(LONG_WORK);
export const reading = new Turns(READING);
export const newcomers = new Turns(NEWCOMERS);
