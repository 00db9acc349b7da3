/**
 * Runs at most `most` of these at a time; the others wait their turn, in order. For work that holds something scarce
 * until it ends, whether anybody still waits for it or not.
 */
export function fewAtOnce<Given, T>(
  most: number,
  work: (given: Given) => Promise<T>,
): (given: Given) => Promise<T> {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (given) => {
    if (running < most) running++;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await work(given);
    } finally {
      const next = waiting.shift();
      if (next) next();
      else running--;
    }
  };
}
