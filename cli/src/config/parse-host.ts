import { isLoopbackName, plainLine } from '@app/domain';

/**
 * The gateway's base URL, without a slash at the end, from `host:port` (plain HTTP, as in v2) or an http(s) URL. Throws
 * `Error` for anything else, such as a URL with a password in it.
 */
export function parseHost(text: string): string {
  return parse(text).href.replace(/\/+$/, '');
}

/**
 * As `parseHost`, for an address that is configured only now: it says itself whether to encrypt, unless it is this
 * machine's.
 */
export function parseNewHost(text: string): string {
  const url = parse(text);
  if (hasScheme(text) || isLoopbackName(url.hostname)) return parseHost(text);
  throw new Error(
    `needs a scheme: https://${text.trim()}, or http://${text.trim()} if the gateway has no TLS (your access token then travels unencrypted)`,
  );
}

/** What to say of an address that sends the token unencrypted on purpose; null: it does not. */
export function unencryptedNote(text: string): string | null {
  const url = parse(text);
  return url.protocol === 'https:' || isLoopbackName(url.hostname)
    ? null
    : `your access token travels to ${url.host} unencrypted. Use https:// if the gateway has TLS.`;
}

/** What to say of an address that sends the token unencrypted because it has no scheme, as in v2; null: it does not. */
export function unencryptedHint({ value, source }: { value: string; source: string }): string | null {
  try {
    if (hasScheme(value) || isLoopbackName(parse(value).hostname)) return null;
  } catch {
    return null;
  }
  const host = plainLine(value);
  const fix =
    source === 'environment'
      ? `Set it to https://${host}, or to http://${host} if the gateway has no TLS.`
      : `Run \`proctor config --host https://${host} --yes\`, or with http:// if the gateway has no TLS.`;
  return `PROCTOR_HOST has no scheme, so your access token travels unencrypted. ${fix}`;
}

function hasScheme(text: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(text.trim());
}

function parse(text: string): URL {
  const trimmed = text.trim();
  const candidate = hasScheme(trimmed) ? trimmed : `http://${trimmed}`;
  const url = URL.canParse(candidate) ? new URL(candidate) : null;
  const isUsable =
    url !== null &&
    (url.protocol === 'http:' || url.protocol === 'https:') &&
    url.username === '' &&
    url.password === '' &&
    url.search === '' &&
    url.hash === '';
  if (!isUsable || /\s/.test(trimmed)) throw new Error('must be host:port or an http(s) URL');
  return url;
}
