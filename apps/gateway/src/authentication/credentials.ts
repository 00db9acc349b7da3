import { isUtf8 } from 'node:buffer';
import { EMAIL_HEADER, TOKEN_HEADER } from '@app/contract';
import type { DistinctHeaders } from './distinct-headers.js';
import { readSessionCookie } from './session-cookie.js';

/** The credentials in a request. */
export type Credentials =
  | {
      /** Null: the owner of the token. */
      email: string | null;
      token: string;
    }
  /** The secret of a browser's session, from its cookie. */
  | { session: string };

const MAX_EMAIL_LENGTH = 320;
/** A JWT that lists many groups is long. */
const MAX_TOKEN_LENGTH = 16_384;

/**
 * Reads v2's pair of headers, otherwise `Authorization: Bearer`, otherwise the cookie of a session. Null: none of them,
 * half of the pair, or a header that is repeated or too long.
 */
export function readCredentials(headers: DistinctHeaders): Credentials | null {
  const email = only(headers[EMAIL_HEADER.toLowerCase()], MAX_EMAIL_LENGTH);
  const token = only(headers[TOKEN_HEADER.toLowerCase()], MAX_TOKEN_LENGTH);
  if (email !== '' || token !== '') return email && token ? { email, token } : null;
  const authorization = only(headers['authorization'], MAX_TOKEN_LENGTH);
  const bearer = /^bearer +([^\s,]+)$/i.exec(authorization ?? '')?.[1];
  if (bearer) return { email: null, token: bearer };
  const session = authorization === '' ? readSessionCookie(headers) : null;
  return session === null ? null : { session };
}

/** The header's only value; `''` if it is missing, null if it is repeated or too long. */
function only(values: readonly string[] | undefined, maxLength: number): string | null {
  const [value = '', ...more] = values ?? [];
  return more.length > 0 || value.length > maxLength ? null : textOf(value).trim();
}

/** Decodes a header: Node reads it as Latin-1, but Go clients such as v2's send UTF-8. */
export function textOf(header: string): string {
  const bytes = Buffer.from(header, 'latin1');
  return isUtf8(bytes) ? bytes.toString('utf8') : header;
}
