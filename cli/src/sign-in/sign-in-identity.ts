import type { PollSignInReply } from '@app/contract';
import { AppError } from '@app/domain';
import type { Headers, Identity } from '@app/gateway-client';
import type { SignIn, SignInFile } from './sign-in-file.js';

export interface SignInIdentityOptions {
  file: Pick<SignInFile, 'read' | 'write' | 'whileLocked'>;
  /** The content of the file. */
  signIn: SignIn;
  /** Requests new credentials from the gateway: `denied` or `expired` if the sign-in is no longer valid. */
  refresh: (refreshToken: string) => Promise<PollSignInReply>;
  /** The longest that `refresh` takes. */
  timeoutMs: number;
  now?: () => number;
}

/** A token that expires sooner is replaced before it is sent. */
const REFRESH_BEFORE_END_MS = 30_000;
/** For what the holder of the lock does besides the request. */
const LOCK_MARGIN_MS = 10_000;

/** The account of `proctor login`. Its token is replaced shortly before it expires, and once when it is refused. */
export class SignInIdentity implements Identity {
  readonly scheme = 'bearer';
  private current: SignIn;
  private readonly now: () => number;

  constructor(private readonly options: SignInIdentityOptions) {
    this.current = options.signIn;
    this.now = options.now ?? Date.now;
  }

  async headers(): Promise<Headers> {
    const leftMs = this.leftMs();
    if (leftMs < REFRESH_BEFORE_END_MS && this.current.refresh_token !== undefined) {
      try {
        await this.replace(this.current.token);
      } catch (error) {
        if (!(error instanceof AppError) || error.code !== 'unavailable' || leftMs <= 0) throw error;
      }
    }
    return bearer(this.current.token);
  }

  async renew(refused: Headers): Promise<boolean> {
    await this.replace(this.current.token, refused);
    return bearer(this.current.token)['Authorization'] !== refused['Authorization'];
  }

  private leftMs(): number {
    return this.current.expires_at === undefined
      ? Infinity
      : Date.parse(this.current.expires_at) - this.now();
  }

  /** Takes the token that another process or call has obtained meanwhile; else requests a new one. */
  private async replace(old: string, refused: Headers = bearer(old)): Promise<void> {
    if (bearer(old)['Authorization'] !== refused['Authorization']) return;
    const { file, refresh, timeoutMs } = this.options;
    await file.whileLocked(timeoutMs + LOCK_MARGIN_MS, async () => {
      const latest = await file.read();
      if (latest === null || latest.host !== this.current.host) return;
      if (latest.token !== old) {
        this.current = latest;
        return;
      }
      if (latest.refresh_token === undefined) return;
      const reply = await refresh(latest.refresh_token);
      if (reply.status !== 'signed_in' || reply.token === undefined) return;
      const renewed = signInFrom(latest, reply, this.now());
      await file.write(renewed);
      this.current = renewed;
    });
  }
}

/** What to save of a reply. If the issuer sends no new refresh token, the old one stays valid. */
export function signInFrom(
  before: Pick<SignIn, 'host' | 'refresh_token' | 'email'>,
  { token, refresh_token = before.refresh_token, expires_in_seconds }: PollSignInReply,
  nowMs: number,
): SignIn {
  return {
    host: before.host,
    token: token ?? '',
    ...(refresh_token !== undefined && { refresh_token }),
    ...(expires_in_seconds !== undefined && {
      expires_at: new Date(nowMs + expires_in_seconds * 1000).toISOString(),
    }),
    ...(before.email !== undefined && { email: before.email }),
  };
}

function bearer(token: string): { Authorization: string } {
  return { Authorization: `Bearer ${token}` };
}
