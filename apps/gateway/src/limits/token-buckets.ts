import { BoundedMap } from '@app/timing';

export interface BucketLimits {
  perSecond: number;
  /** How many units may be taken at once after a pause. */
  burst: number;
}

/** What is left to one client after a request. */
export interface BucketState {
  /** False: nothing was taken. */
  isAllowed: boolean;
  remaining: number;
  /** Until the bucket is full again. */
  fullInSeconds: number;
  /** Until one unit is there. */
  retryAfterSeconds: number;
}

const MAX_CLIENTS = 10_000;

/** A token bucket for each client. Counts in this process only; of more than 10,000 clients it forgets the one that is quiet longest. */
export class TokenBuckets {
  private readonly buckets = new BoundedMap<string, { tokens: number; atMs: number }>({
    maxSize: MAX_CLIENTS,
  });

  constructor(
    readonly limits: BucketLimits,
    private readonly nowMs: () => number = () => performance.now(),
  ) {}

  /** Takes a unit if there is one. */
  take(client: string): BucketState {
    const { perSecond, burst } = this.limits;
    const atMs = this.nowMs();
    const known = this.buckets.get(client) ?? { tokens: burst, atMs };
    const tokens = Math.min(burst, known.tokens + ((atMs - known.atMs) / 1_000) * perSecond);
    const isAllowed = tokens >= 1;
    const left = isAllowed ? tokens - 1 : tokens;
    this.buckets.set(client, { tokens: left, atMs });
    return {
      isAllowed,
      remaining: Math.floor(left),
      fullInSeconds: Math.ceil((burst - left) / perSecond),
      retryAfterSeconds: Math.max(1, Math.ceil((1 - left) / perSecond)),
    };
  }
}
