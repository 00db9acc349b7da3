import { AppError } from '@app/domain';
import type { DeviceFlow, DevicePoll, DeviceSignIn, SignedIn } from '../device-flow.js';
import { sendBounded, type Answer, NoResponseError } from '../http/send-bounded.js';
import { authenticateClient } from './client-authentication.js';
import { type Issuer, type IssuerDocument, IssuerError, type IssuerOptions } from './issuer.js';
import type { OidcSettings } from './oidc-settings.js';
import { readPoll, readRefresh, readSignIn, type IssuerProblem } from './read-device-answer.js';

const TIMEOUT_MS = 10_000;
const MAX_BYTES = 256 * 1024;
const MAX_CODE_CHARACTERS = 16 * 1024;
const DEVICE_GRANT = 'urn:ietf:params:oauth:grant-type:device_code';

type Endpoint = 'deviceUrl' | 'tokenUrl';

/** The issuer's device flow with our client, whose secret never leaves this process. Stateless between calls. */
export class OidcDeviceFlow implements DeviceFlow {
  constructor(
    private readonly issuer: Issuer,
    private readonly settings: OidcSettings,
    private readonly options: IssuerOptions,
  ) {}

  async start(): Promise<DeviceSignIn> {
    const read = readSignIn(await this.ask('deviceUrl', { scope: this.settings.scopes }));
    return orThrow(read).signIn;
  }

  async poll(deviceCode: string): Promise<DevicePoll> {
    if (!isPlausible(deviceCode)) return { kind: 'expired' };
    const form = { grant_type: DEVICE_GRANT, device_code: deviceCode };
    return orThrow(readPoll(await this.ask('tokenUrl', form), this.options.now()));
  }

  async refresh(refreshToken: string): Promise<SignedIn | { kind: 'denied' }> {
    if (!isPlausible(refreshToken)) return { kind: 'denied' };
    const form = { grant_type: 'refresh_token', refresh_token: refreshToken };
    return orThrow(readRefresh(await this.ask('tokenUrl', form), refreshToken, this.options.now()));
  }

  private async ask(endpoint: Endpoint, form: Readonly<Record<string, string>>): Promise<Answer> {
    try {
      const document = await this.issuer.describe();
      const { outbound, timeoutMs = TIMEOUT_MS } = this.options;
      const request = authenticateClient(this.settings, document, form);
      return await sendBounded(outbound, urlOf(document, endpoint), {
        ...{ method: 'POST', timeoutMs, maxBytes: MAX_BYTES },
        ...request,
      });
    } catch (err) {
      if (err instanceof IssuerError || err instanceof NoResponseError) throw signInFailed(err.message);
      throw err;
    }
  }
}

function urlOf(document: IssuerDocument, endpoint: Endpoint): URL {
  const url = document[endpoint];
  if (url) return url;
  const name = endpoint === 'deviceUrl' ? 'device_authorization_endpoint' : 'token_endpoint';
  throw new IssuerError(`its configuration has no usable ${name} (https is required)`);
}

function orThrow<T extends { kind: string }>(read: T | IssuerProblem): Exclude<T, IssuerProblem> {
  if (isProblem(read)) throw signInFailed(read.reason);
  return read as Exclude<T, IssuerProblem>;
}

function isProblem(read: { kind: string }): read is IssuerProblem {
  return read.kind === 'problem';
}

function isPlausible(code: string): boolean {
  return code !== '' && code.length <= MAX_CODE_CHARACTERS;
}

function signInFailed(reason: string): AppError {
  return new AppError('unavailable', 'Signing in with the OpenID Connect issuer is currently unavailable.', {
    hint: 'Try again in a moment. If the problem persists, the operators of Proctor can find the reason in its log.',
    cause: new Error(`oidc: ${reason}`),
  });
}
