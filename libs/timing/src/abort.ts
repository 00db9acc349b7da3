/**
 * Waits for `work`. Rejects with the signal's reason when that aborts first, and as `work` does if it rejects. An abort
 * does not stop the work: its result is ignored, and so is its later rejection.
 */
export async function abortable<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = listenForAbort(signal);
  try {
    return await Promise.race([work, aborted.promise.then(() => Promise.reject(signal.reason as Error))]);
  } finally {
    aborted.stopListening();
  }
}

/** As `abortable`, but an abort ends the wait without an error: check the signal afterwards. */
export async function untilAborted(work: Promise<unknown>, signal: AbortSignal): Promise<void> {
  const aborted = listenForAbort(signal);
  try {
    await Promise.race([work, aborted.promise]);
  } finally {
    aborted.stopListening();
  }
}

function listenForAbort(signal: AbortSignal): { promise: Promise<void>; stopListening: () => void } {
  let onAbort = () => {};
  const promise = new Promise<void>((resolve) => (onAbort = resolve));
  if (signal.aborted) onAbort();
  else signal.addEventListener('abort', onAbort);
  return { promise, stopListening: () => signal.removeEventListener('abort', onAbort) };
}
