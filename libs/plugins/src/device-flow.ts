/**
 * Sign-in for programs without a browser (RFC 8628): the program shows a code, and the person confirms it in any browser.
 * The gateway runs the flow on behalf of the CLI. Every method throws AppError `unavailable` if the sign-in server is
 * unreachable or rejects Proctor itself.
 */
export interface DeviceFlow {
  /** Starts a sign-in. A repeated call starts another one. */
  start(): Promise<DeviceSignIn>;
  /** Returns the state of the sign-in with this code. `signed_in` is returned once; later calls return `expired`. */
  poll(deviceCode: string): Promise<DevicePoll>;
  /** Exchanges a refresh token for a new token. A refresh token may work only once, so keep the one that is returned. */
  refresh(refreshToken: string): Promise<SignedIn | { kind: 'denied' }>;
}

export interface DeviceSignIn {
  /** Passed to `poll`. Secret: its holder receives the token. */
  deviceCode: string;
  /** The code that the person types. */
  userCode: string;
  verificationUri: string;
  /** The same address with the code filled in. */
  verificationUriComplete: string | null;
  expiresInSeconds: number;
  /** Seconds between polls. Add five after each `slow_down`. */
  intervalSeconds: number;
}

export type DevicePoll =
  | { kind: 'pending' }
  | { kind: 'slow_down' }
  /** The person declined. */
  | { kind: 'denied' }
  /** The sign-in expired or does not exist. Start again. */
  | { kind: 'expired' }
  | SignedIn;

export interface SignedIn {
  kind: 'signed_in';
  /** The token to pass to `AuthPlugin.auth`. */
  token: string;
  refreshToken: string | null;
  /** How long `token` is valid, if known. */
  expiresInSeconds: number | null;
}
