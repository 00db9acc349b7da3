export interface TimeoutOptions {
  /** In Node: the timer does not keep the process running. */
  unref?: boolean;
}

/**
 * Waits for `work` for at most `timeoutMs`. Settles as `work` does or, after the timeout, with what `onTimeout` returns or
 * throws. A timeout does not stop the work: its result is ignored, and so is its later rejection.
 */
export async function withTimeout<T, Late>(
  work: Promise<T>,
  timeoutMs: number,
  onTimeout: () => Late | Promise<Late>,
  { unref = false }: TimeoutOptions = {},
): Promise<T | Late> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const timedOut = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, timeoutMs);
    // A timer is an object in Node only.
    if (unref) (timer as unknown as { unref?: () => void }).unref?.();
  });
  try {
    return await Promise.race([work, timedOut.then(onTimeout)]);
  } finally {
    clearTimeout(timer);
  }
}
