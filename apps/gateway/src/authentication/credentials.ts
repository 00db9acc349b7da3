import { isUtf8 } from 'node:buffer';
import { EMAIL_HEADER, TOKEN_HEADER } from '@app/contract';

/** What a request shows to say who is asking. */
export interface Credentials {
  /** Null: whoever the token belongs to. */
  email: string | null;
  token: string;
}

/** Every value of each header, as `IncomingMessage.headersDistinct` gives them. */
export type DistinctHeaders = Readonly<Partial<Record<string, readonly string[]>>>;

const MAX_EMAIL_LENGTH = 320;
/** A JWT that lists many groups is long. */
const MAX_TOKEN_LENGTH = 16_384;

/**
 * v2's pair of headers, else `Authorization: Bearer`. Null: none of them, half of them, or not to be taken seriously
 * (given twice, oversized).
 */
export function readCredentials(headers: DistinctHeaders): Credentials | null {
  const email = only(headers[EMAIL_HEADER.toLowerCase()], MAX_EMAIL_LENGTH);
  const token = only(headers[TOKEN_HEADER.toLowerCase()], MAX_TOKEN_LENGTH);
  if (email !== '' || token !== '') return email && token ? { email, token } : null;
  const authorization = only(headers['authorization'], MAX_TOKEN_LENGTH);
  const bearer = /^bearer +([^\s,]+)$/i.exec(authorization ?? '')?.[1];
  return bearer ? { email: null, token: bearer } : null;
}

/** The header's one value, `''` if it is not there, null if there are several or it is too long. */
function only(values: readonly string[] | undefined, maxLength: number): string | null {
  const [value = '', ...more] = values ?? [];
  return more.length > 0 || value.length > maxLength ? null : textOf(value).trim();
}

/** What a header says: Node reads each byte as a character, and Go's clients (v2's) send UTF-8. */
export function textOf(header: string): string {
  const bytes = Buffer.from(header, 'latin1');
  return isUtf8(bytes) ? bytes.toString('utf8') : header;
}
