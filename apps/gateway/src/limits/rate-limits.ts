import { AppError } from '@app/domain';
import { TokenBuckets, type BucketLimits, type BucketState } from './token-buckets.js';

export interface RateLimitSettings {
  requests: BucketLimits;
  /** For requests that take much processor time. */
  costly: BucketLimits;
}

type Headers = Record<string, string>;

/** Limits how often each client asks. A rate of 0 sets no limit. */
export class RateLimits {
  private readonly requests: Policy;
  private readonly costly: Policy;

  constructor({ requests, costly }: RateLimitSettings, nowMs?: () => number) {
    this.requests = new Policy('requests', requests, nowMs);
    this.costly = new Policy('costly', costly, nowMs);
  }

  /**
   * Counts a request. Returns the header fields for its answer, also for a refusal.
   * @param client the account, or the address of a client without one
   */
  count(client: string, isCostly: boolean): { headers: Headers; refusal: AppError | null } {
    const policies = isCostly ? [this.requests, this.costly] : [this.requests];
    const states = policies.flatMap((policy) => policy.take(client) ?? []);
    const refused = states.find(({ state }) => !state.isAllowed);
    return { headers: headersOf(states), refusal: refused ? tooMany(refused) : null };
  }

  /** Counts a body that is costly on a route that is not. @throws AppError `too_many_requests` */
  countCostly(client: string): void {
    const taken = this.costly.take(client);
    if (taken && !taken.state.isAllowed) throw tooMany(taken);
  }
}

interface Taken {
  name: string;
  limits: BucketLimits;
  state: BucketState;
}

class Policy {
  private readonly buckets: TokenBuckets | null;

  constructor(
    private readonly name: string,
    limits: BucketLimits,
    nowMs?: () => number,
  ) {
    this.buckets = limits.perSecond > 0 ? new TokenBuckets(limits, nowMs) : null;
  }

  /** Null: there is no limit. */
  take(client: string): Taken | null {
    if (!this.buckets) return null;
    return { name: this.name, limits: this.buckets.limits, state: this.buckets.take(client) };
  }
}

/** The fields of draft-ietf-httpapi-ratelimit-headers-12. The window is the time in which an empty bucket fills. */
function headersOf(taken: readonly Taken[]): Headers {
  if (taken.length === 0) return {};
  const policies = taken.map(
    ({ name, limits: { burst, perSecond } }) => `"${name}";q=${burst};w=${Math.ceil(burst / perSecond)}`,
  );
  const limits = taken.map(({ name, state }) => `"${name}";r=${state.remaining};t=${state.fullInSeconds}`);
  return { 'ratelimit-policy': policies.join(', '), ratelimit: limits.join(', ') };
}

function tooMany({ name, limits: { perSecond, burst }, state: { retryAfterSeconds } }: Taken): AppError {
  const what = name === 'costly' ? 'requests that take much processor time' : 'requests';
  return new AppError(
    'too_many_requests',
    `Too many ${what}: ${perSecond} a second are allowed, and ${burst} at once.`,
    { hint: `Try again in ${retryAfterSeconds} s.`, retryAfterSeconds },
  );
}
