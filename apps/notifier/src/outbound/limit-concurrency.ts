/**
 * Runs at most `max` calls of `work` at a time; the others wait in order. For work that holds something scarce until it ends,
 * even if its caller has stopped waiting. A call that is aborted before its turn is skipped.
 */
export function limitConcurrency<Input, T>(
  max: number,
  work: (input: Input) => Promise<T>,
): (input: Input, signal: AbortSignal) => Promise<T> {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (input, signal) => {
    if (running < max) running++;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      signal.throwIfAborted();
      return await work(input);
    } finally {
      const next = waiting.shift();
      if (next) next();
      else running--;
    }
  };
}
