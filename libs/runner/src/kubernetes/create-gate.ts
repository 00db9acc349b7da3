import { abortable, pause } from '@app/timing';
import { KubeStatusError } from './api-outcome.js';

const MAX_PARALLEL = 64;
/** If the API server does not say how long to wait. Its own default is a second. */
const DEFAULT_RETRY_MS = 1_000;
const MAX_RETRY_MS = 30_000;

/**
 * How many objects are created at a time. API Priority and Fairness answers 429 to what exceeds a client's share: then half as
 * many go on, after the time that the API server names. Each success allows a little more again, as TCP does.
 */
export class CreateGate {
  readonly #waiting: (() => void)[] = [];
  #active = 0;
  #limit = MAX_PARALLEL;
  #closedUntilMs = 0;
  #slowedAtMs = -Infinity;

  /** Creates that may run at a time. */
  get limit(): number {
    return Math.floor(this.#limit);
  }

  /** Calls `create` when it is its turn; 429 as its error counts. Rejects as it does, or with the signal's reason. */
  async run<T>(create: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    await this.#enter(signal ?? new AbortController().signal);
    const startedAtMs = performance.now();
    try {
      const created = await create();
      this.#limit = Math.min(MAX_PARALLEL, this.#limit + 1 / this.#limit);
      return created;
    } catch (error) {
      const refusal = tooManyRequests(error);
      if (refusal) this.#slowDown(refusal, startedAtMs);
      throw error;
    } finally {
      this.#active -= 1;
      this.#wakeNext();
    }
  }

  async #enter(signal: AbortSignal): Promise<void> {
    for (;;) {
      signal.throwIfAborted();
      const closedMs = this.#closedUntilMs - performance.now();
      if (closedMs > 0) await pause(closedMs, signal);
      else if (this.#active < this.limit) break;
      else await this.#untilOneEnds(signal);
    }
    this.#active += 1;
  }

  async #untilOneEnds(signal: AbortSignal): Promise<void> {
    let wake = () => {};
    const woken = new Promise<void>((resolve) => (wake = resolve));
    this.#waiting.push(wake);
    try {
      await abortable(woken, signal);
    } catch (error) {
      const index = this.#waiting.indexOf(wake);
      if (index >= 0) this.#waiting.splice(index, 1);
      // Its turn had come, and is the next one's.
      else this.#wakeNext();
      throw error;
    }
  }

  #wakeNext(): void {
    for (let free = this.limit - this.#active; free > 0 && this.#waiting.length > 0; free -= 1) {
      this.#waiting.shift()!();
    }
  }

  /** Requests that were sent before the last 429 arrived say nothing new. */
  #slowDown({ retryAfterMs }: KubeStatusError, startedAtMs: number): void {
    const nowMs = performance.now();
    const waitMs = Math.min(retryAfterMs ?? DEFAULT_RETRY_MS, MAX_RETRY_MS);
    if (startedAtMs >= this.#slowedAtMs) {
      this.#limit = Math.max(1, this.#limit / 2);
      this.#slowedAtMs = nowMs;
    }
    this.#closedUntilMs = Math.max(this.#closedUntilMs, nowMs + waitMs);
  }
}

function tooManyRequests(error: unknown): KubeStatusError | null {
  const cause = error instanceof KubeStatusError ? error : (error as Error | null)?.cause;
  return cause instanceof KubeStatusError && cause.status === 429 ? cause : null;
}
