import { pause } from './pause.js';

export interface RetryOptions {
  /** Whether another attempt may succeed. Other errors are thrown unchanged. */
  isTransient: (error: unknown) => boolean;
  /** Before the next attempt. @param retries made so far; 0 before the first one */
  delayMs: (retries: number) => number;
  signal: AbortSignal;
  /** Called before each wait. */
  onRetry?: (error: unknown) => void;
}

/** Repeats `work` until it succeeds; it must be safe to repeat. Throws the signal's reason when it aborts. */
export async function retry<T>(
  work: () => Promise<T>,
  { isTransient, delayMs, signal, onRetry }: RetryOptions,
): Promise<T> {
  for (let retries = 0; ; retries += 1) {
    signal.throwIfAborted();
    try {
      return await work();
    } catch (error) {
      if (!isTransient(error)) throw error;
      signal.throwIfAborted();
      onRetry?.(error);
      await pause(delayMs(retries), signal);
    }
  }
}
