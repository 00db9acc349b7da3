import { setTimeout as sleep } from 'node:timers/promises';
import { isDatabaseUnavailable } from '@app/database';
import { RunnerUnavailableError } from '@app/runner';

const FIRST_DELAY_MS = 100;
const LONGEST_DELAY_MS = 5_000;

/**
 * Repeats `work` with back-off for as long as Postgres or the cluster is away; `work` must bear being repeated. Any
 * other error is thrown as it is, and so is the signal's reason once it aborts.
 */
export async function whileUnavailable<T>(
  work: () => Promise<T>,
  signal: AbortSignal,
  onWait?: (error: Error) => void,
): Promise<T> {
  for (let delayMs = FIRST_DELAY_MS; ; delayMs = Math.min(delayMs * 2, LONGEST_DELAY_MS)) {
    signal.throwIfAborted();
    try {
      return await work();
    } catch (error) {
      if (!isUnavailable(error)) throw error;
      signal.throwIfAborted();
      onWait?.(error as Error);
      // Half of the delay at random, so that a thousand followers do not come back in the same moment.
      await pause(delayMs / 2 + (Math.random() * delayMs) / 2, signal);
    }
  }
}

/** Sleeps; throws the signal's reason when it aborts. */
export async function pause(delayMs: number, signal: AbortSignal): Promise<void> {
  await sleep(delayMs, undefined, { signal }).catch(() => signal.throwIfAborted());
}

function isUnavailable(error: unknown): boolean {
  return error instanceof RunnerUnavailableError || isDatabaseUnavailable(error);
}
