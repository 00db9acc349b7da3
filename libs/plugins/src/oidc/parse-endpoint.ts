import { isLoopback } from '../http/is-loopback.js';

/**
 * An address that tokens and keys may travel to: https, or plain http that does not leave the machine and only if
 * `mayBeHttp`. Null for anything else, and for one with credentials in it.
 */
export function parseEndpoint(text: unknown, { mayBeHttp }: { mayBeHttp: boolean }): URL | null {
  if (typeof text !== 'string' || !URL.canParse(text)) return null;
  const url = new URL(text);
  const isSafe = url.protocol === 'https:' || (mayBeHttp && url.protocol === 'http:' && isLoopback(url));
  return isSafe && url.username === '' && url.password === '' ? url : null;
}
