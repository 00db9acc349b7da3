import { KubeTimeoutError } from './api-outcome.js';

export interface Limit {
  signal: AbortSignal;
  /** Starts the timeout again, from now. */
  restart(timeoutMs: number): void;
}

/**
 * Runs `act` with a limit of time. Throws the signal's reason when that aborts, and `KubeTimeoutError` after the limit, whatever
 * `act` throws then.
 */
export async function within<T>(
  timeoutMs: number,
  signal: AbortSignal | undefined,
  act: (limit: Limit) => Promise<T>,
): Promise<T> {
  signal?.throwIfAborted();
  const limit = new AbortController();
  let limitMs = timeoutMs;
  let timer = setTimeout(() => limit.abort(), limitMs);
  const restart = (ms: number) => {
    clearTimeout(timer);
    limitMs = ms;
    timer = setTimeout(() => limit.abort(), ms);
  };
  const onAbort = () => limit.abort();
  signal?.addEventListener('abort', onAbort);
  try {
    return await act({ signal: limit.signal, restart });
  } catch (error) {
    signal?.throwIfAborted();
    if (limit.signal.aborted)
      throw new KubeTimeoutError(`no response within ${limitMs} ms`, { cause: error });
    throw error;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
  }
}
