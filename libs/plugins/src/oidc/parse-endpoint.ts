import { isLoopback } from '../http/is-loopback.js';

/**
 * Parses a URL that tokens and keys may be sent to: https, or http to loopback if `mayBeHttp`. Returns null for anything
 * else, and for URLs that contain credentials.
 */
export function parseEndpoint(text: unknown, { mayBeHttp }: { mayBeHttp: boolean }): URL | null {
  if (typeof text !== 'string' || !URL.canParse(text)) return null;
  const url = new URL(text);
  const isSafe = url.protocol === 'https:' || (mayBeHttp && url.protocol === 'http:' && isLoopback(url));
  return isSafe && url.username === '' && url.password === '' ? url : null;
}
