import { decodeJwt } from 'jose';
import type { DevicePoll, DeviceSignIn, SignedIn } from '../device-flow.js';
import type { Answer } from '../http/send-bounded.js';
import { type JsonObject, parseObject } from '../http/parse-object.js';
import { parseEndpoint } from './parse-endpoint.js';

/** The issuer's response is invalid, or rejects us and not the person. A clause for the operator's log. */
export interface IssuerProblem {
  kind: 'problem';
  reason: string;
}

const MAX_CODE_CHARACTERS = 4_096;
const MAX_ADDRESS_CHARACTERS = 2_048;
const MAX_TOKEN_CHARACTERS = 16 * 1024;
/** RFC 8628, section 3.2. */
const DEFAULT_INTERVAL_SECONDS = 5;
const MAX_INTERVAL_SECONDS = 60;
const DEFAULT_EXPIRES_IN_SECONDS = 600;
const MAX_EXPIRES_IN_SECONDS = 3_600;

/** RFC 8628, section 3.5, plus Microsoft's own codes. */
const POLLS: ReadonlyMap<string, DevicePoll> = new Map<string, DevicePoll>([
  ['authorization_pending', { kind: 'pending' }],
  ['slow_down', { kind: 'slow_down' }],
  ['access_denied', { kind: 'denied' }],
  ['authorization_declined', { kind: 'denied' }],
  ['expired_token', { kind: 'expired' }],
  ['invalid_grant', { kind: 'expired' }],
  ['bad_verification_code', { kind: 'expired' }],
]);

/** Reads the response of the device authorization endpoint. */
export function readSignIn(answer: Answer): { kind: 'begun'; signIn: DeviceSignIn } | IssuerProblem {
  const body = parseObject(answer.body);
  if (answer.status !== 200 || !body) return problemFrom(answer, body);
  const deviceCode = textIn(body, 'device_code', MAX_CODE_CHARACTERS);
  const userCode = textIn(body, 'user_code', 100);
  // Shown to people and opened in their browsers. The second name predates the standard.
  const verificationUri = webAddress(body['verification_uri'] ?? body['verification_url']);
  if (!deviceCode || !userCode || !verificationUri) {
    return problem('it returned no usable device_code, user_code or verification_uri');
  }
  const signIn: DeviceSignIn = {
    deviceCode,
    userCode,
    verificationUri,
    verificationUriComplete: webAddress(body['verification_uri_complete']),
    expiresInSeconds: seconds(body['expires_in'], DEFAULT_EXPIRES_IN_SECONDS, MAX_EXPIRES_IN_SECONDS),
    intervalSeconds: seconds(body['interval'], DEFAULT_INTERVAL_SECONDS, MAX_INTERVAL_SECONDS),
  };
  return { kind: 'begun', signIn };
}

/** Reads the token endpoint's response to a device code. */
export function readPoll(answer: Answer, nowMs: number): DevicePoll | IssuerProblem {
  const body = parseObject(answer.body);
  if (answer.status === 200) return readTokens(body, null, nowMs);
  if (answer.status === 429) return { kind: 'slow_down' };
  const error = body?.['error'];
  return (typeof error === 'string' && POLLS.get(error)) || problemFrom(answer, body);
}

/** Reads the token endpoint's response to `refreshToken`, which stays valid if no new one is returned. */
export function readRefresh(
  answer: Answer,
  refreshToken: string,
  nowMs: number,
): SignedIn | { kind: 'denied' } | IssuerProblem {
  const body = parseObject(answer.body);
  if (answer.status === 200) return readTokens(body, refreshToken, nowMs);
  return body?.['error'] === 'invalid_grant' ? { kind: 'denied' } : problemFrom(answer, body);
}

function readTokens(
  body: JsonObject | null,
  refreshToken: string | null,
  nowMs: number,
): SignedIn | IssuerProblem {
  const token = body && textIn(body, 'id_token', MAX_TOKEN_CHARACTERS);
  if (!token) return problem('it returned no usable id_token');
  return {
    kind: 'signed_in',
    token,
    refreshToken: textIn(body, 'refresh_token', MAX_TOKEN_CHARACTERS) ?? refreshToken,
    expiresInSeconds: lifetimeOf(token, nowMs),
  };
}

/** Read from the token itself, because `expires_in` in the response refers to the access token. */
function lifetimeOf(token: string, nowMs: number): number | null {
  try {
    const { exp } = decodeJwt(token);
    return typeof exp === 'number' ? Math.max(0, Math.floor(exp - nowMs / 1_000)) : null;
  } catch {
    return null;
  }
}

function problemFrom({ status }: Answer, body: JsonObject | null): IssuerProblem {
  const error = body?.['error'];
  const code = typeof error === 'string' && /^[\w.-]{1,64}$/.test(error) ? ` and the error ${error}` : '';
  return problem(`it answered with status ${status}${code}`);
}

function problem(reason: string): IssuerProblem {
  return { kind: 'problem', reason };
}

function textIn(body: JsonObject, field: string, maxCharacters: number): string | null {
  const value = body[field];
  return typeof value === 'string' && value !== '' && value.length <= maxCharacters ? value : null;
}

function webAddress(value: unknown): string | null {
  const url = parseEndpoint(value, { mayBeHttp: true });
  return url && url.href.length <= MAX_ADDRESS_CHARACTERS ? url.href : null;
}

function seconds(value: unknown, fallback: number, max: number): number {
  const given = typeof value === 'string' ? Number(value) : value;
  return typeof given === 'number' && given >= 1 ? Math.min(Math.ceil(given), max) : fallback;
}
