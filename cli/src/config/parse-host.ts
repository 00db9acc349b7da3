/**
 * The gateway's base URL, without a slash at the end, from `host:port` (plain HTTP, as in v2) or an http(s) URL. Throws
 * `Error` for anything else, such as a URL with a password in it.
 */
export function parseHost(text: string): string {
  const trimmed = text.trim();
  const candidate = /^[a-z][a-z0-9+.-]*:\/\//i.test(trimmed) ? trimmed : `http://${trimmed}`;
  const url = URL.canParse(candidate) ? new URL(candidate) : null;
  const isUsable =
    url !== null &&
    (url.protocol === 'http:' || url.protocol === 'https:') &&
    url.username === '' &&
    url.password === '' &&
    url.search === '' &&
    url.hash === '';
  if (!isUsable || /\s/.test(trimmed)) throw new Error('must be host:port or an http(s) URL');
  return url.href.replace(/\/+$/, '');
}
