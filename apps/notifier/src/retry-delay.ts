import { backOffMs } from '@app/timing';

const MAX_MS = 15 * 60_000;
const JITTER = { min: 0.8, max: 1.2 };

/**
 * How long to wait after a failed attempt.
 * @param attempts made so far, at least 1
 * @param minMs what the recipient's server asks for (`Retry-After`)
 * @param random gives a number from 0 up to 1
 */
export function retryDelayMs(attempts: number, firstMs: number, minMs = 0, random = Math.random): number {
  const delayMs = backOffMs(attempts - 1, { firstMs, maxMs: MAX_MS, jitter: JITTER }, random);
  return Math.max(minMs, Math.round(delayMs));
}
