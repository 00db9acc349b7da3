import { AppError } from '@app/domain';
import { addressKey, FailedLogins } from '@app/plugins';
import { LookupLane } from '../authentication/lookup-lane.js';

const CALLS_PER_MINUTE = 120;

/** Past the limit. Each is a call to the issuer. */
const LANE = { maxRunning: 2, maxWaiting: 200 };

/** Limits sign-ins by address, because they need no credentials. One sign-in takes about a dozen calls a minute. */
export class SignInLimit {
  private readonly calls: FailedLogins;
  private readonly lane = new LookupLane(LANE);

  constructor(callsPerMinute = CALLS_PER_MINUTE, now?: () => number) {
    this.calls = new FailedLogins({ perAddress: callsPerMinute, now });
  }

  /** @throws AppError `too_many_requests` */
  count(address: string): void {
    if (this.isPast(address)) throw tooMany();
    this.note(address);
  }

  /**
   * Counts a call that carries a code or a token. Past the limit it is made all the same, a few at a time, and refused
   * if the code or token was wrong: others at the address must not lock its users out.
   * @throws AppError `too_many_requests`
   */
  async guard<T>(address: string, call: () => Promise<T>, isRight: (answer: T) => boolean): Promise<T> {
    if (!this.isPast(address)) {
      this.note(address);
      return call();
    }
    const answer = await this.lane.run(addressKey(address), call);
    if (!isRight(answer)) throw tooMany();
    return answer;
  }

  private isPast(address: string): boolean {
    return this.calls.waitMs(address, null) > 0;
  }

  /** Every call counts, whether or not it succeeds. */
  private note(address: string): void {
    this.calls.noteFailure(address, null);
  }
}

function tooMany(): AppError {
  return new AppError('too_many_requests', 'Too many sign-ins from your address.', {
    hint: 'Try again in a minute.',
  });
}
