/**
 * Runs at most `most` of these at a time; the others wait their turn, in order. For work that holds something scarce
 * until it ends, whether anybody still waits for it or not. What was aborted before its turn is not done.
 */
export function fewAtOnce<Given, T>(
  most: number,
  work: (given: Given) => Promise<T>,
): (given: Given, signal: AbortSignal) => Promise<T> {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (given, signal) => {
    if (running < most) running++;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      signal.throwIfAborted();
      return await work(given);
    } finally {
      const next = waiting.shift();
      if (next) next();
      else running--;
    }
  };
}
