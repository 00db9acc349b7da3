/** Waits for the promise, which may reject, or until the signal aborts. */
export async function untilAborted(promise: Promise<void>, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  let onAbort = () => {};
  const aborted = new Promise<void>((resolve) => (onAbort = resolve));
  signal.addEventListener('abort', onAbort);
  await Promise.race([promise, aborted]).finally(() => signal.removeEventListener('abort', onAbort));
}
