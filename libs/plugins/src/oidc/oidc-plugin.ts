import { isSameEmail } from '@app/domain';
import type { Outbound } from '@app/outbound';
import { AuthPlugin, type PluginUser } from '../auth-plugin.js';
import type { PluginLog } from '../plugin-env.js';
import { unavailable } from '../unavailable.js';
import { checkToken, type CheckedToken } from './check-token.js';
import { Issuer, IssuerError } from './issuer.js';
import { OidcDeviceFlow } from './oidc-device-flow.js';
import type { OidcSettings } from './oidc-settings.js';
import { readClaims } from './read-claims.js';

export interface OidcOptions {
  outbound: Outbound;
  log?: PluginLog;
  /** Unix milliseconds. */
  now?: () => number;
  /** The time limit for each request to the issuer. */
  timeoutMs?: number;
}

/** Accepts ID tokens, and access tokens that are JWTs, signed by an OpenID Connect issuer. */
export class OidcPlugin extends AuthPlugin {
  override readonly deviceFlow: OidcDeviceFlow;
  override readonly accepts: { issuer: string; audiences: readonly string[] };
  private readonly issuer: Issuer;
  private readonly now: () => number;
  private readonly log: PluginLog | undefined;

  constructor(
    private readonly settings: OidcSettings,
    { outbound, log, now = Date.now, timeoutMs }: OidcOptions,
  ) {
    super();
    this.now = now;
    this.log = log;
    this.accepts = { issuer: settings.issuer, audiences: settings.audiences };
    this.issuer = new Issuer(settings.issuer, { outbound, now, timeoutMs });
    this.deviceFlow = new OidcDeviceFlow(this.issuer, settings, { outbound, now, timeoutMs });
  }

  override async auth(email: string | null, token: string): Promise<PluginUser | null> {
    const checked = await this.check(token);
    if ('refusal' in checked) return this.refuse(checked.refusal);
    const read = readClaims(checked.claims, this.settings);
    if ('problem' in read) return this.refuse(read.problem);
    if (email !== null && !isSameEmail(email, read.user.email))
      return this.refuse('it belongs to another user');
    return { ...read.user, acceptedUntil: checked.acceptedUntil };
  }

  private async check(token: string): Promise<CheckedToken> {
    const { issuer, now } = this;
    try {
      return await checkToken(token, { issuer, now, audiences: this.settings.audiences });
    } catch (err) {
      if (!(err instanceof IssuerError)) throw err;
      throw unavailable('oidc', err.message);
    }
  }

  private refuse(reason: string): null {
    this.log?.debug({ plugin: 'oidc', reason }, 'rejected a token');
    return null;
  }
}
