import { isIP, isIPv6 } from 'node:net';
import { commaListVar, parsedVar } from '@app/platform';
import { isHost } from './request-host.js';
import type { TrustProxy } from './trust-proxy.js';

const MAX_HOPS = 10;
/** Names of ranges that Fastify knows. */
const RANGES: readonly string[] = ['loopback', 'linklocal', 'uniquelocal'];

export const trustProxyVar = parsedVar<TrustProxy>(
  `false, the number of proxies in front of the gateway, such as 1, or a comma-separated list of their addresses, CIDR ranges or ${RANGES.join(', ')}; with true any client could choose its own address`,
  (text) => {
    if (text === 'false') return false;
    if (/^\d+$/.test(text)) return Number(text) <= MAX_HOPS ? Number(text) || false : undefined;
    const proxies = text.split(',').map((proxy) => proxy.trim());
    return proxies.every((proxy) => RANGES.includes(proxy) || isAddressRange(proxy)) ? proxies : undefined;
  },
);

/** An address, or a CIDR range that does not hold every address. */
function isAddressRange(text: string): boolean {
  const [address = '', prefix, ...more] = text.split('/');
  const version = isIP(address);
  if (version === 0 || more.length > 0) return false;
  if (prefix === undefined) return true;
  return /^\d{1,3}$/.test(prefix) && Number(prefix) >= 1 && Number(prefix) <= (version === 4 ? 32 : 128);
}

/** Names and addresses of hosts, without ports; IPv6 addresses in brackets. */
export const hostsVar = parsedVar<readonly string[]>(
  'a comma-separated list of host names or addresses without ports, such as proctor.example.com,192.0.2.7',
  (text) => {
    const hosts = commaListVar.safeParse(text).data?.map((host) => (isIPv6(host) ? `[${host}]` : host));
    return hosts?.every((host) => isHost(host) && !/\*|:\d*$/.test(host) && host !== '') ? hosts : undefined;
  },
);
