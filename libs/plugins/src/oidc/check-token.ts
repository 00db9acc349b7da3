import { decodeJwt, decodeProtectedHeader, errors, jwtVerify, type JWTPayload } from 'jose';
import type { Issuer, IssuerKeys } from './issuer.js';

/** Asymmetric algorithms only, where only the issuer has the private key. A shared secret, or none, does not prove who issued a token. */
const ALGORITHMS = [
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
  ...['ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'],
];
export const MAX_TOKEN_CHARACTERS = 16 * 1024;
const CLOCK_TOLERANCE_SECONDS = 30;

export type CheckedToken =
  | { claims: JWTPayload; acceptedUntil: Date }
  /** A clause that quotes nothing from the token. */
  | { refusal: string };

export interface TokenRules {
  issuer: Issuer;
  audiences: readonly string[];
  now: () => number;
}

/**
 * Verifies that a token was signed by the issuer, is meant for us and is valid now. Returns its claims, or why it was
 * rejected. Contacts the issuer only for tokens that look like its own.
 * @throws IssuerError if the issuer's keys are needed and unavailable
 */
export async function checkToken(token: string, rules: TokenRules): Promise<CheckedToken> {
  const refusal = precheck(token, rules);
  if (refusal) return { refusal };
  const { issuer } = rules;
  const keys = await issuer.keys();
  const checked = await checkWith(keys, token, rules);
  if (!('mayBeNewKey' in checked)) return checked;
  const newer = await issuer.newerKeys(keys);
  return newer ? await checkWith(newer, token, rules) : checked;
}

function precheck(token: string, { issuer, audiences }: TokenRules): string | null {
  if (token.length > MAX_TOKEN_CHARACTERS) return `it has more than ${MAX_TOKEN_CHARACTERS} characters`;
  if (token.split('.').length !== 3) return 'it is not a JWT';
  try {
    const { alg = 'none' } = decodeProtectedHeader(token);
    if (!ALGORITHMS.includes(alg)) return 'its algorithm is not trusted';
    const { iss, aud } = decodeJwt(token);
    if (iss !== issuer.name) return 'it is from another issuer';
    const isForUs = [aud].flat().some((audience) => audience !== undefined && audiences.includes(audience));
    return isForUs ? null : 'it is meant for another audience';
  } catch {
    return 'it is not a JWT';
  }
}

async function checkWith(
  keys: IssuerKeys,
  token: string,
  { issuer, audiences, now }: TokenRules,
): Promise<CheckedToken | { refusal: string; mayBeNewKey: true }> {
  try {
    const { payload } = await jwtVerify(token, keys, {
      issuer: issuer.name,
      audience: [...audiences],
      algorithms: ALGORITHMS,
      requiredClaims: ['exp'],
      clockTolerance: CLOCK_TOLERANCE_SECONDS,
      currentDate: new Date(now()),
    });
    const isFromTheFuture =
      payload.iat !== undefined && payload.iat > now() / 1_000 + CLOCK_TOLERANCE_SECONDS;
    return isFromTheFuture
      ? { refusal: 'it was issued in the future' }
      : { claims: payload, acceptedUntil: acceptedUntil(payload) };
  } catch (err) {
    // Any other error is a bug and must not sign anyone in, so it is rethrown.
    if (!(err instanceof errors.JOSEError)) throw err;
    const refusal = describeRefusal(err);
    const isUnnamedKey =
      err instanceof errors.JWSSignatureVerificationFailed && decodeProtectedHeader(token).kid === undefined;
    const mayBeNewKey = err instanceof errors.JWKSNoMatchingKey || isUnnamedKey;
    return mayBeNewKey ? { refusal, mayBeNewKey } : { refusal };
  }
}

function acceptedUntil({ exp = 0 }: JWTPayload): Date {
  return new Date((exp + CLOCK_TOLERANCE_SECONDS) * 1_000);
}

function describeRefusal(err: errors.JOSEError): string {
  const isAboutClaim = err instanceof errors.JWTClaimValidationFailed || err instanceof errors.JWTExpired;
  return isAboutClaim
    ? `its claim ${err.claim} does not hold (${err.code})`
    : `it does not verify (${err.code})`;
}
