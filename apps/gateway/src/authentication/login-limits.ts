import { FailedLogins, type FailedLoginLimits } from '@app/plugins';
import { BoundedMap } from '@app/timing';

const EXEMPT_MS = 60 * 60_000;
const MAX_EXEMPT = 10_000;

/**
 * Limits failed logins. Credentials that succeeded within the last hour are exempt, so that an attacker cannot lock a
 * user out.
 */
export class LoginLimits {
  private readonly failures: FailedLogins;
  /** When the exemption of each key ends. */
  private readonly exempt = new BoundedMap<string, number>({ maxSize: MAX_EXEMPT });

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
   * @throws AppError `too_many_requests` past the limit, whether or not the credentials are right
   */
  async guard<T>(
    key: string,
    address: string,
    identity: string | null,
    lookUp: () => Promise<T | null>,
  ): Promise<T | null> {
    const isExempt = (this.exempt.get(key) ?? -Infinity) > this.now();
    if (!isExempt) this.failures.check(address, identity);
    const found = await lookUp();
    // Checked again: concurrent guesses must not get more answers than sequential ones.
    if (!isExempt) this.failures.check(address, identity);
    if (found === null) this.failures.noteFailure(address, identity);
    else this.exempt.set(key, this.now() + EXEMPT_MS);
    return found;
  }
}
