import { AppError, foldEmail } from '@app/domain';
import { addressKey } from './address-key.js';
import { RecentFailures } from './recent-failures.js';

export interface FailedLoginLimits {
  /** Failures allowed per minute from one address (for IPv6, one /64). */
  perAddress?: number;
  /** Failures allowed per minute for one identity, from any address. */
  perIdentity?: number;
  /** How many addresses, and how many identities, to remember. */
  maxKeys?: number;
  /** A monotonic clock in milliseconds. */
  now?: () => number;
}

const WINDOW_MS = 60_000;
const MAX_IDENTITY_CHARACTERS = 320;

/** Limits guessing of credentials. Counts in this process only and never blocks for more than a minute. */
export class FailedLogins {
  private readonly byAddress: RecentFailures;
  private readonly byIdentity: RecentFailures;
  private readonly now: () => number;

  constructor(limits: FailedLoginLimits = {}) {
    const { perAddress = 30, perIdentity = 100, maxKeys = 10_000, now = () => performance.now() } = limits;
    this.byAddress = new RecentFailures(WINDOW_MS, perAddress, maxKeys);
    this.byIdentity = new RecentFailures(WINDOW_MS, perIdentity, maxKeys);
    this.now = now;
  }

  /**
   * Milliseconds until there are few enough failures within the last minute; 0 if there are.
   * @param identity the claimed identity, or null if there is none
   */
  waitMs(address: string, identity: string | null): number {
    const nowMs = this.now();
    return Math.max(
      this.byAddress.waitMs(addressKey(address), nowMs),
      identity === null ? 0 : this.byIdentity.waitMs(identityKey(identity), nowMs),
    );
  }

  /** Call this before a failure is noted. @throws AppError `too_many_requests` if there were too many before it */
  check(address: string, identity: string | null): void {
    const waitMs = this.waitMs(address, identity);
    if (waitMs <= 0) return;
    throw new AppError('too_many_requests', 'Too many failed sign-ins.', {
      hint: `Check the email and the token: the right ones are accepted at once. Wait ${Math.ceil(waitMs / 1_000)} seconds before you try others.`,
    });
  }

  noteFailure(address: string, identity: string | null): void {
    const nowMs = this.now();
    this.byAddress.note(addressKey(address), nowMs);
    if (identity !== null) this.byIdentity.note(identityKey(identity), nowMs);
  }
}

function identityKey(identity: string): string {
  return foldEmail(identity.slice(0, MAX_IDENTITY_CHARACTERS));
}
