import { setTimeout as sleep } from 'node:timers/promises';

/** Waits that double from `firstMs` to `maxMs`, each with jitter so that many processes do not come back as one. */
export class BackOff {
  #failures = 0;

  constructor(
    private readonly firstMs: number,
    private readonly maxMs: number,
    private readonly random: () => number = Math.random,
  ) {}

  reset(): void {
    this.#failures = 0;
  }

  nextMs(): number {
    const fullMs = Math.min(this.maxMs, this.firstMs * 2 ** Math.min(this.#failures++, 30));
    return fullMs * (0.5 + this.random() / 2);
  }

  /** Ends early, without error, when the signal aborts. */
  async wait(signal: AbortSignal): Promise<void> {
    await pause(this.nextMs(), signal);
  }
}

export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => {});
}
