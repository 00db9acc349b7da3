import { pauseQuietly } from './pause.js';

export interface BackOffPolicy {
  /** Before the first retry. */
  firstMs: number;
  /** Before jitter. */
  maxMs: number;
  /** Omitted: none. */
  jitter?: Jitter;
}

/** Multiplies a delay by a random factor in this range, so that clients which failed together do not retry together. */
export interface Jitter {
  min: number;
  max: number;
}

/** Shortens a delay by up to half. */
export const HALF_JITTER: Jitter = { min: 0.5, max: 1 };

/**
 * How long to wait before the next attempt: `firstMs`, then twice as long each time, up to `maxMs`.
 * @param retries made so far; 0 before the first one
 * @param random gives a number from 0 up to 1
 */
export function backOffMs(
  retries: number,
  { firstMs, maxMs, jitter = { min: 1, max: 1 } }: BackOffPolicy,
  random: () => number = Math.random,
): number {
  const fullMs = Math.min(maxMs, firstMs * 2 ** Math.min(retries, 1_000));
  return fullMs * (jitter.min + (jitter.max - jitter.min) * random());
}

/** Counts the retries of one loop. */
export class BackOff {
  private retries = 0;

  constructor(
    private readonly policy: BackOffPolicy,
    private readonly random: () => number = Math.random,
  ) {}

  /** Call after a success. The next delay is the first one again. */
  reset(): void {
    this.retries = 0;
  }

  nextMs(): number {
    return backOffMs(this.retries++, this.policy, this.random);
  }

  /** Waits for the next delay. Ends early, without an error, when the signal aborts. */
  async wait(signal: AbortSignal): Promise<void> {
    await pauseQuietly(this.nextMs(), signal);
  }
}
