import { isLoopbackName } from '@app/domain';
import type { DistinctHeaders } from './distinct-headers.js';

/** Browsers keep it only if it is `Secure`, for the whole host and for no other (RFC 6265bis, 4.1.3.2). */
const SECURE_NAME = '__Host-proctor';
/** Over http a browser keeps no secure cookie. Read on loopback alone: elsewhere another subdomain could have set it. */
const LOOPBACK_NAME = 'proctor';

const ATTRIBUTES = 'Path=/; HttpOnly; SameSite=Lax';

/** The secret in the request's cookie of a session; null: none, or more than one. */
export function readSessionCookie(headers: DistinctHeaders): string | null {
  const { cookie: [cookie = ''] = [], host: [host = ''] = [] } = headers;
  return readCookie(cookie, SECURE_NAME) ?? (isLoopback(host) ? readCookie(cookie, LOOPBACK_NAME) : null);
}

/** Where a browser reaches the gateway. */
export interface BrowserAddress {
  /** With a port. */
  host: string;
  isHttps: boolean;
}

/** Whether a browser would keep and send the cookie. */
export function canKeepCookie({ host, isHttps }: BrowserAddress): boolean {
  return isHttps || isLoopback(host);
}

/** The value of `Set-Cookie`. It lasts until the browser is closed, or the gateway ends the session. */
export function sessionCookie(secret: string, address: BrowserAddress): string {
  return address.isHttps
    ? `${SECURE_NAME}=${secret}; ${ATTRIBUTES}; Secure`
    : `${LOOPBACK_NAME}=${secret}; ${ATTRIBUTES}`;
}

/** The values of `Set-Cookie` that remove it. */
export function removedCookies(): string[] {
  return [`${SECURE_NAME}=; ${ATTRIBUTES}; Secure; Max-Age=0`, `${LOOPBACK_NAME}=; ${ATTRIBUTES}; Max-Age=0`];
}

function readCookie(cookie: string, name: string): string | null {
  const values = cookie
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${name}=`))
    .map((pair) => pair.slice(name.length + 1));
  const [value = '', ...more] = values;
  return more.length === 0 && /^[\w-]{43}$/.test(value) ? value : null;
}

function isLoopback(host: string): boolean {
  return isLoopbackName(host.replace(/:\d*$/, ''));
}
