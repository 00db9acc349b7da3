import { EMAIL_HEADER, TOKEN_HEADER } from '@app/contract';

/** Who is asking, as it goes into a request. */
export interface Identity {
  /** The request's headers, and the hint for whoever is refused with them. */
  headers(): Promise<Record<string, string>>;
  /** After a 401 for these headers: true if others are worth a try. */
  renew(refused: Record<string, string>): Promise<boolean>;
  /** What to do about a 401. Null: what is said for configured tokens. */
  readonly hint: string | null;
}

/** v2's way: an e-mail and a token. */
export function tokenIdentity(email: string, token: string): Identity {
  return {
    headers: async () => ({ [EMAIL_HEADER]: email, [TOKEN_HEADER]: token }),
    renew: async () => false,
    hint: null,
  };
}

/** For what anybody may ask. */
export const NOBODY: Identity = {
  headers: async () => ({}),
  renew: async () => false,
  hint: null,
};
