/**
 * Sign-in for a program without a browser (RFC 8628): it shows a code, the person confirms it in a browser anywhere.
 * Spoken by the gateway on behalf of the CLI. Each method throws AppError `unavailable` if the sign-in server can't be
 * reached or refuses Proctor itself.
 */
export interface DeviceFlow {
  /** Begins a sign-in. Repeating begins another one. */
  start(): Promise<DeviceSignIn>;
  /** How the sign-in with this code stands. `signed_in` is said once; afterwards it is `expired`. */
  poll(deviceCode: string): Promise<DevicePoll>;
  /** A new token without a person. May work only once per refresh token: keep the one that comes back. */
  refresh(refreshToken: string): Promise<SignedIn | { kind: 'denied' }>;
}

export interface DeviceSignIn {
  /** For `poll`; whoever has it receives the token. */
  deviceCode: string;
  /** For the person to type in. */
  userCode: string;
  verificationUri: string;
  /** The same with the code already in it. */
  verificationUriComplete: string | null;
  expiresInSeconds: number;
  /** How long to wait between two polls; five seconds more after each `slow_down`. */
  intervalSeconds: number;
}

export type DevicePoll =
  | { kind: 'pending' }
  | { kind: 'slow_down' }
  /** The person said no. */
  | { kind: 'denied' }
  /** Too late, or no such sign-in: begin anew. */
  | { kind: 'expired' }
  | SignedIn;

export interface SignedIn {
  kind: 'signed_in';
  /** What `AuthPlugin.auth` takes. */
  token: string;
  refreshToken: string | null;
  /** How long `token` is good for, as far as it is known. */
  expiresInSeconds: number | null;
}
