import { EMAIL_HEADER, TOKEN_HEADER } from '@app/contract';

export type Headers = Record<string, string>;

/** The account that requests are sent as. */
export interface Identity {
  /** How requests are signed: explains which credentials a 401 refused. */
  readonly scheme: 'none' | 'token' | 'bearer';
  headers(): Promise<Headers>;
  /** Called after a 401 for these headers. True: `headers()` now has others, which are worth one more request. */
  renew(refused: Headers): Promise<boolean>;
}

/** Email and access token, as v2's clients send them. */
export function tokenIdentity(email: string, token: string): Identity {
  return {
    scheme: 'token',
    headers: async () => ({ [EMAIL_HEADER]: email, [TOKEN_HEADER]: token }),
    renew: async () => false,
  };
}

/** No credentials of its own: for the routes that need none, and in a browser for its session cookie. */
export const ANONYMOUS: Identity = {
  scheme: 'none',
  headers: async () => ({}),
  renew: async () => false,
};
