import { addressKey, FailedLogins, type FailedLoginLimits } from '@app/plugins';
import { BoundedMap } from '@app/timing';
import { LookupLane } from './lookup-lane.js';

const PROVEN_MS = 60 * 60_000;
const MAX_PROVEN = 10_000;

/** Past the limit. A connection of the pool each; a flood must leave some to everything else. */
const LANE = { maxRunning: 4, maxWaiting: 2_000 };

/** Who looks credentials up: Postgres, by an index, or the plugin or an issuer of workload tokens, often with a call to another server. */
export type LookupKind = 'account' | 'plugin' | `issuer ${string}`;

/**
 * Limits failed logins. Right credentials are always accepted, so that an attacker cannot lock a user out: past the limit,
 * credentials are still looked up, a few at a time, and only a failure is refused.
 */
export class LoginLimits {
  private readonly failures: FailedLogins;
  /** One for each kind: an issuer that is slow must delay no other. The issuers are those of an admin's rules. */
  private readonly lanes = new Map<LookupKind, LookupLane>();
  /** Until when each key need not wait in a lane. */
  private readonly proven = new BoundedMap<string, number>({ maxSize: MAX_PROVEN });

  constructor(
    limits: Pick<FailedLoginLimits, 'perAddress' | 'perIdentity'> = {},
    private readonly now: () => number = () => performance.now(),
  ) {
    this.failures = new FailedLogins({ ...limits, now });
  }

  /**
   * Runs a lookup of credentials and counts it as a failure if it finds nothing.
   * @param key a hash of the credentials
   * @param identity the claimed email; null: none
   * @throws AppError `too_many_requests` past the limit, if it finds nothing
   */
  async guard<T>(
    {
      key,
      address,
      identity,
      kind,
    }: { key: string; address: string; identity: string | null; kind: LookupKind },
    lookUp: () => Promise<T | null>,
  ): Promise<T | null> {
    const isProven = (this.proven.get(key) ?? -Infinity) > this.now();
    const waits = !isProven && this.failures.waitMs(address, identity) > 0;
    const found = await (waits ? this.laneOf(kind).run(addressKey(address), lookUp) : lookUp());
    if (found !== null) {
      this.proven.set(key, this.now() + PROVEN_MS);
      return found;
    }
    this.proven.delete(key);
    // Only now: concurrent guesses must not get more answers than sequential ones.
    if (!isProven) this.failures.check(address, identity);
    this.failures.noteFailure(address, identity);
    return null;
  }

  private laneOf(kind: LookupKind): LookupLane {
    const lane = this.lanes.get(kind) ?? new LookupLane(LANE);
    this.lanes.set(kind, lane);
    return lane;
  }
}
