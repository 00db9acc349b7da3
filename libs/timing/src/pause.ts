/** The longest possible timer. Node and browsers fire a longer one at once. */
export const MAX_TIMER_MS = 2 ** 31 - 1;

/** Waits for `delayMs`; returns at once if that is 0 or less. Throws the signal's reason when it aborts. */
export async function pause(delayMs: number, signal?: AbortSignal): Promise<void> {
  signal?.throwIfAborted();
  await pauseQuietly(delayMs, signal);
  signal?.throwIfAborted();
}

/** As `pause`, but an abort ends the wait early without an error: check the signal afterwards. */
export async function pauseQuietly(delayMs: number, signal?: AbortSignal): Promise<void> {
  if (delayMs <= 0 || signal?.aborted) return;
  await new Promise<void>((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, delayMs);
    signal?.addEventListener('abort', end);
  });
}
