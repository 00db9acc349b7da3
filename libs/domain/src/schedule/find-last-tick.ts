/** The first tick of a schedule strictly after an instant, or null when there is none. */
export type NextAfter = (instant: Date) => Date | null;

/**
 * The latest tick before `beforeMs` (Unix milliseconds), by halving: about log2 of the milliseconds in between calls
 * of `nextAfter`, so the ticks of years need not be walked.
 * @param first a tick before `beforeMs`
 */
export function findLastTick(first: Date, beforeMs: number, nextAfter: NextAfter): Date {
  let last = first;
  // No tick lies between this instant and beforeMs, both excluded.
  let emptyFromMs = beforeMs;
  while (last.getTime() < emptyFromMs) {
    const middleMs = Math.floor((last.getTime() + emptyFromMs) / 2);
    const tick = nextAfter(new Date(middleMs));
    if (tick !== null && tick.getTime() < beforeMs) last = tick;
    else emptyFromMs = middleMs;
  }
  return last;
}
