import { BlockList, isIP } from 'node:net';

/** Which proxy leads where, as in the variables of the same names. */
export interface Proxies {
  /** For http and ws addresses; null: none. */
  http: URL | null;
  /** For https and wss addresses; null: none. */
  https: URL | null;
  /** Hosts that are reached directly: the entries of NO_PROXY. */
  exceptions: readonly string[];
}

/**
 * The proxy for an address, by the rules of curl and Go; null: connect directly. An entry of NO_PROXY is a host with its
 * subdomains, an address, a CIDR range, each with a port if need be, or `*`. Loopback is never proxied. Pure.
 */
export function proxyFor(url: URL, { http, https, exceptions }: Proxies): URL | null {
  const isTls = url.protocol === 'https:' || url.protocol === 'wss:';
  const proxy = isTls ? https : http;
  if (proxy === null) return null;
  const host = hostOf(url);
  const port = url.port || (isTls ? '443' : '80');
  return isLoopback(host) || exceptions.some((entry) => matches(entry, host, port)) ? null : proxy;
}

/** Without the brackets of IPv6, in lower case. */
export function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[(.*)\]$/, '$1').toLowerCase();
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}

function matches(entry: string, host: string, port: string): boolean {
  if (entry === '*') return true;
  const [range = '', bits] = entry.split('/');
  if (bits !== undefined) return isInRange(host, range, Number(bits));
  const [, name = '', , wantedPort = port] =
    /^\[?(.*?)\]?(:(\d+))?$/.exec(isIP(entry) === 6 ? `[${entry}]` : entry) ?? [];
  if (wantedPort !== port) return false;
  const suffix = name.replace(/^\*?\./, '').toLowerCase();
  return host === suffix || (isIP(host) === 0 && host.endsWith(`.${suffix}`));
}

function isInRange(host: string, range: string, bits: number): boolean {
  const family = isIP(range);
  if (family === 0 || isIP(host) !== family || !Number.isInteger(bits) || bits < 0) return false;
  if (bits > (family === 4 ? 32 : 128)) return false;
  const list = new BlockList();
  const name = family === 4 ? 'ipv4' : 'ipv6';
  list.addSubnet(range, bits, name);
  return list.check(host, name);
}
