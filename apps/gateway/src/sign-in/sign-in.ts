import type { PollSignInReply, ReplyOf } from '@app/contract';
import { AppError } from '@app/domain';
import type { AuthPlugin, DeviceFlow, DevicePoll } from '@app/plugins';
import type { AuditTrail } from '../audit/audit-trail.js';
import type { UserSources } from '../authentication/user-sources.js';
import type { SignInLimit } from './sign-in-limit.js';

/** Single sign-on with the device flow of the authentication plugin, if it has one. */
export class SignIn {
  constructor(
    /** `name` as shown to clients; null: authentication is off. */
    private readonly plugin: { name: string; deviceFlow: AuthPlugin['deviceFlow'] } | null,
    private readonly sources: Pick<UserSources, 'find'>,
    private readonly limit: SignInLimit,
    private readonly audit: AuditTrail,
  ) {}

  describe(): ReplyOf<'getSignIn'> {
    if (!this.plugin) return { plugin: 'none', sign_in: 'off' };
    return { plugin: this.plugin.name, sign_in: this.plugin.deviceFlow ? 'device' : 'token' };
  }

  /** @throws AppError `not_found` if there is no single sign-on, `too_many_requests`, `unavailable` */
  async start(address: string): Promise<ReplyOf<'startSignIn'>> {
    const flow = this.findFlow();
    this.limit.count(address);
    const begun = await flow.start();
    return {
      device_code: begun.deviceCode,
      user_code: begun.userCode,
      verification_uri: begun.verificationUri,
      ...(begun.verificationUriComplete !== null && {
        verification_uri_complete: begun.verificationUriComplete,
      }),
      expires_in_seconds: begun.expiresInSeconds,
      interval_seconds: begun.intervalSeconds,
    };
  }

  /** Audits a completed sign-in. @throws AppError as `start` does */
  async poll(deviceCode: string, address: string): Promise<PollSignInReply> {
    const flow = this.findFlow();
    const poll = await this.limit.guard(address, () => flow.poll(deviceCode), isRight);
    if (poll.kind === 'signed_in') await this.noteSignIn(poll.token, address);
    return toReply(poll);
  }

  /** @throws AppError as `start` does */
  async refresh(refreshToken: string, address: string): Promise<PollSignInReply> {
    const flow = this.findFlow();
    return toReply(await this.limit.guard(address, () => flow.refresh(refreshToken), isRight));
  }

  private findFlow(): DeviceFlow {
    const flow = this.plugin?.deviceFlow;
    if (flow) return flow;
    const why = this.plugin ? `the authentication plugin is ${this.plugin.name}` : 'authentication is off';
    throw new AppError('not_found', `This gateway has no single sign-on: ${why}.`, {
      hint: this.plugin
        ? 'Use an email and an access token. Get a token from an admin and save it with `proctor config`.'
        : undefined,
    });
  }

  /** Never throws: the token is returned only once, so a failure here must not lose it. */
  private async noteSignIn(token: string, address: string): Promise<void> {
    const user = await this.sources.find(null, token).catch(() => null);
    this.audit.note({
      actor: user?.email ?? 'unknown',
      action: 'pollSignIn',
      subject: user?.email ?? 'unknown',
      allowed: user?.active ?? false,
      address,
    });
  }
}

/** Whether the issuer knows the code or token. */
function isRight({ kind }: DevicePoll): boolean {
  return kind !== 'denied' && kind !== 'expired';
}

function toReply(poll: DevicePoll): PollSignInReply {
  if (poll.kind !== 'signed_in') return { status: poll.kind };
  return {
    status: 'signed_in',
    token: poll.token,
    ...(poll.refreshToken !== null && { refresh_token: poll.refreshToken }),
    ...(poll.expiresInSeconds !== null && { expires_in_seconds: poll.expiresInSeconds }),
  };
}
