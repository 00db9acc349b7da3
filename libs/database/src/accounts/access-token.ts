import { createHash, randomBytes } from 'node:crypto';

/** By which tokens of ours are told from an issuer's, and found by scanners where they leaked. Older ones have none. */
export const TOKEN_PREFIX = 'proctor_';

/** 256 random bits, written with 43 characters after the prefix. */
export function makeToken(): string {
  return TOKEN_PREFIX + randomBytes(32).toString('base64url');
}

/** What is stored of a token. */
export function hashToken(token: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(createHash('sha256').update(token).digest());
}
