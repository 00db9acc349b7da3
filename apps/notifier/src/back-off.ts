const MAX_MS = 15 * 60_000;
const JITTER = 0.2;

/**
 * How long to wait after an attempt that failed: twice as long each time, up to 15 minutes, and up to a fifth more or
 * less, so that what failed together does not come back together. Pure.
 * @param attempts made so far, at least 1
 * @param random from 0 up to 1
 * @param afterMs what the other side asks to wait at least
 */
export function backOffMs(attempts: number, firstMs: number, random: number, afterMs = 0): number {
  const doubledMs = Math.min(firstMs * 2 ** Math.min(attempts - 1, 30), MAX_MS);
  return Math.max(afterMs, Math.round(doubledMs * (1 - JITTER + 2 * JITTER * random)));
}
