import { isDatabaseUnavailable } from '@app/database';
import { RunnerUnavailableError } from '@app/runner';
import { backOffMs, HALF_JITTER, retry } from '@app/timing';

export const OUTAGE_BACK_OFF = { firstMs: 100, maxMs: 5_000, jitter: HALF_JITTER };

/**
 * Retries `work`, which must be repeatable, with back-off while Postgres or the cluster is unavailable. Throws any other error,
 * and the signal's reason once it aborts.
 */
export async function whileUnavailable<T>(
  work: () => Promise<T>,
  signal: AbortSignal,
  onWait?: (error: Error) => void,
): Promise<T> {
  return await retry(work, {
    isTransient: isUnavailable,
    delayMs: (retries) => backOffMs(retries, OUTAGE_BACK_OFF),
    signal,
    onRetry: (error) => onWait?.(error as Error),
  });
}

function isUnavailable(error: unknown): boolean {
  return error instanceof RunnerUnavailableError || isDatabaseUnavailable(error);
}
