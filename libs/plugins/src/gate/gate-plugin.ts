import { isSameEmail, type AppError, type User } from '@app/domain';
import type { Outbound } from '@app/outbound';
import { AuthPlugin } from '../auth-plugin.js';
import { sendBounded, type Answer, NoResponseError } from '../http/send-bounded.js';
import { unavailable } from '../unavailable.js';
import type { GateSettings } from './gate-settings.js';
import { readProfile } from './read-profile.js';

const TIMEOUT_MS = 5_000;
const MAX_BYTES = 1024 * 1024;
/** Longer values would not fit in a URL that servers accept. */
const MAX_TOKEN_CHARACTERS = 4_096;
const MEANS_UNKNOWN: readonly number[] = [401, 403, 404];

export interface GateOptions {
  outbound: Outbound;
  timeoutMs?: number;
}

/** Authenticates against a Gate server. Gate requires both email and token, so a bearer token alone is never accepted. */
export class GatePlugin extends AuthPlugin {
  private readonly outbound: Outbound;
  private readonly timeoutMs: number;

  constructor(
    private readonly settings: GateSettings,
    { outbound, timeoutMs = TIMEOUT_MS }: GateOptions,
  ) {
    super();
    this.outbound = outbound;
    this.timeoutMs = timeoutMs;
  }

  override async auth(email: string | null, token: string): Promise<User | null> {
    if (!email || !token || token.length > MAX_TOKEN_CHARACTERS) return null;
    const { status, body } = await this.ask(email, token);
    if (MEANS_UNKNOWN.includes(status)) return null;
    if (status < 200 || status > 299) throw this.failed(`answered with status ${status}`);
    const profile = readProfile(body);
    if ('problem' in profile) throw this.failed(`returned an invalid profile: ${profile.problem}`);
    // If the server checks only the token, its owner must not be signed in under another email.
    return isSameEmail(profile.user.email, email) ? profile.user : null;
  }

  private async ask(email: string, token: string): Promise<Answer> {
    const url = new URL(this.settings.profileUrl);
    url.searchParams.set('email', email);
    url.searchParams.set('access_token', token);
    try {
      const request = { method: 'GET', timeoutMs: this.timeoutMs, maxBytes: MAX_BYTES } as const;
      return await sendBounded(this.outbound, url, request);
    } catch (err) {
      if (err instanceof NoResponseError) throw this.failed(`did not answer: ${err.message}`);
      throw err;
    }
  }

  private failed(what: string): AppError {
    return unavailable('gate', `${this.settings.profileUrl.href} ${what}`);
  }
}
