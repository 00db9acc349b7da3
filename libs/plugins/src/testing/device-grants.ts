import { randomUUID } from 'node:crypto';
import type { LocalAnswer } from './local-server.js';

export type Claims = Readonly<Record<string, unknown>>;

interface SignIn {
  deviceCode: string;
  userCode: string;
  /** The response to the next poll, until the tokens have been returned. */
  state: { kind: 'error'; error: string } | { kind: 'approved'; claims: Claims };
  slowDowns: number;
}

/** An issuer's device and refresh grants, with methods that act for the person. */
export class DeviceGrants {
  private signIns: SignIn[] = [];
  private readonly claimsByRefreshToken = new Map<string, Claims>();

  constructor(
    private readonly issuerUrl: () => string,
    private readonly mintIdToken: (claims: Claims) => Promise<string>,
  ) {}

  begin(): LocalAnswer {
    const userCode = randomUUID().slice(0, 8).toUpperCase();
    const signIn: SignIn = {
      deviceCode: randomUUID(),
      userCode,
      state: { kind: 'error', error: 'authorization_pending' },
      slowDowns: 0,
    };
    this.signIns.push(signIn);
    const page = `${this.issuerUrl()}/device`;
    const body = {
      device_code: signIn.deviceCode,
      user_code: userCode,
      verification_uri: page,
      verification_uri_complete: `${page}?user_code=${userCode}`,
      expires_in: 300,
      interval: 1,
    };
    return { status: 200, body };
  }

  approve(userCode: string, claims: Claims): void {
    this.find(userCode).state = { kind: 'approved', claims };
  }

  deny(userCode: string): void {
    this.find(userCode).state = { kind: 'error', error: 'access_denied' };
  }

  expire(userCode: string): void {
    this.find(userCode).state = { kind: 'error', error: 'expired_token' };
  }

  /** Makes the next poll return `slow_down`. */
  slowDown(userCode: string): void {
    this.find(userCode).slowDowns += 1;
  }

  forgetRefreshTokens(): void {
    this.claimsByRefreshToken.clear();
  }

  async exchange(form: URLSearchParams): Promise<LocalAnswer> {
    switch (form.get('grant_type')) {
      case 'urn:ietf:params:oauth:grant-type:device_code':
        return await this.exchangeDeviceCode(form.get('device_code'));
      case 'refresh_token':
        return await this.exchangeRefreshToken(form.get('refresh_token') ?? '');
      default:
        return refusal('unsupported_grant_type');
    }
  }

  private async exchangeDeviceCode(deviceCode: string | null): Promise<LocalAnswer> {
    const signIn = this.signIns.find((each) => each.deviceCode === deviceCode);
    if (!signIn) return refusal('invalid_grant');
    if (signIn.slowDowns > 0) {
      signIn.slowDowns -= 1;
      return refusal('slow_down');
    }
    if (signIn.state.kind === 'error') return refusal(signIn.state.error);
    this.signIns = this.signIns.filter((each) => each !== signIn);
    return await this.tokensFor(signIn.state.claims);
  }

  private async exchangeRefreshToken(refreshToken: string): Promise<LocalAnswer> {
    const claims = this.claimsByRefreshToken.get(refreshToken);
    if (!claims) return refusal('invalid_grant');
    this.claimsByRefreshToken.delete(refreshToken);
    return await this.tokensFor(claims);
  }

  private async tokensFor(claims: Claims): Promise<LocalAnswer> {
    const refreshToken = randomUUID();
    this.claimsByRefreshToken.set(refreshToken, claims);
    const body = {
      id_token: await this.mintIdToken(claims),
      access_token: randomUUID(),
      refresh_token: refreshToken,
      token_type: 'Bearer',
      expires_in: 60,
    };
    return { status: 200, body };
  }

  private find(userCode: string): SignIn {
    const signIn = this.signIns.find((each) => each.userCode === userCode);
    if (!signIn) throw new Error(`There is no sign-in with the user code ${userCode}.`);
    return signIn;
  }
}

function refusal(error: string): LocalAnswer {
  return { status: 400, body: { error } };
}
