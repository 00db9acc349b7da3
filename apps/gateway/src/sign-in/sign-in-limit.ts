import { AppError } from '@app/domain';
import { FailedLogins } from '@app/plugins';

const CALLS_PER_MINUTE = 120;

/** Nobody has to be known to sign in, so it is limited by address. A sign-in takes about a dozen calls a minute. */
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
      throw new AppError(error.code, 'There are too many sign-ins from your address.', {
        hint: 'Try again in a minute.',
      });
    }
    // Until it has succeeded each is as good as failed.
    this.calls.noteFailure(address, null);
  }
}
