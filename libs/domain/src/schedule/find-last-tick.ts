/** Returns the first tick of a schedule strictly after an instant, or null if there is none. */
export type NextAfter = (instant: Date) => Date | null;

/**
 * Finds the latest tick before `beforeMs` (Unix milliseconds) by binary search. Calls `nextAfter` about
 * log2(milliseconds in between) times instead of walking years of ticks.
 * @param first a tick before `beforeMs`
 */
export function findLastTick(first: Date, beforeMs: number, nextAfter: NextAfter): Date {
  let last = first;
  // Invariant: no tick lies strictly between this instant and beforeMs.
  let emptyFromMs = beforeMs;
  while (last.getTime() < emptyFromMs) {
    const middleMs = Math.floor((last.getTime() + emptyFromMs) / 2);
    const tick = nextAfter(new Date(middleMs));
    if (tick !== null && tick.getTime() < beforeMs) last = tick;
    else emptyFromMs = middleMs;
  }
  return last;
}
