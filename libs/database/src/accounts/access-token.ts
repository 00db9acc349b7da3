import { createHash, randomBytes } from 'node:crypto';

/**
 * Tells our tokens from those of an identity provider, and lets secret scanners find leaked ones. Older tokens lack it.
 */
export const TOKEN_PREFIX = 'proctor_';

/** 256 random bits: 43 characters after the prefix. */
export function createToken(): string {
  return TOKEN_PREFIX + randomBytes(32).toString('base64url');
}

/** The only form in which a token is stored. */
export function hashToken(token: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(createHash('sha256').update(token).digest());
}
