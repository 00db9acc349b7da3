import { FailedLogins, type FailedLoginLimits } from '@app/plugins';
import { BoundedMap } from '@app/timing';

const PROVEN_MS = 60 * 60_000;
const MAX_PROVEN = 10_000;

/**
 * How often somebody may be wrong. Credentials that were right within the last hour are not subject to it, so that
 * nobody's guessing locks a user out.
 */
export class LoginLimits {
  private readonly failures: FailedLogins;
  /** Until when each is exempt. */
  private readonly proven = new BoundedMap<string, number>({ maxSize: MAX_PROVEN });

  constructor(
    limits: Pick<FailedLoginLimits, 'perAddress' | 'perIdentity'> = {},
    private readonly now: () => number = () => performance.now(),
  ) {
    this.failures = new FailedLogins({ ...limits, now });
  }

  /**
   * Runs a look-up of credentials, and counts it if it finds nothing.
   * @param key a hash of the credentials
   * @param identity who they claim to be of; null if they do not say
   * @throws AppError `too_many_requests`, whatever the credentials are worth
   */
  async guard<T>(
    key: string,
    address: string,
    identity: string | null,
    lookUp: () => Promise<T | null>,
  ): Promise<T | null> {
    const isProven = (this.proven.get(key) ?? -Infinity) > this.now();
    if (!isProven) this.failures.check(address, identity);
    const found = await lookUp();
    // Of guesses that were under way together no more are answered than one after the other.
    if (!isProven) this.failures.check(address, identity);
    if (found === null) this.failures.noteFailure(address, identity);
    else this.proven.set(key, this.now() + PROVEN_MS);
    return found;
  }
}
