import { AppError } from '@app/domain';
import { FailedLogins } from '@app/plugins';

const CALLS_PER_MINUTE = 120;

/** Limits sign-ins by address, because they need no credentials. One sign-in takes about a dozen calls a minute. */
export class SignInLimit {
  private readonly calls: FailedLogins;

  constructor(callsPerMinute = CALLS_PER_MINUTE, now?: () => number) {
    this.calls = new FailedLogins({ perAddress: callsPerMinute, now });
  }

  /** @throws AppError `too_many_requests` */
  count(address: string): void {
    try {
      this.calls.check(address, null);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      throw new AppError(error.code, 'Too many sign-ins from your address.', {
        hint: 'Try again in a minute.',
      });
    }
    // Every call counts, whether or not it succeeds.
    this.calls.noteFailure(address, null);
  }
}
