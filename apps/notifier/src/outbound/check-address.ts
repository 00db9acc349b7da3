import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/** Targets outside the public internet that outbound requests may reach. */
export interface AllowedTargets {
  /** Host names or addresses as in a URL, in lower case. */
  hosts: ReadonlySet<string>;
  /** CIDR ranges. */
  ranges: readonly AddressRange[];
}

export type AddressRange = [ipaddr.IPv4 | ipaddr.IPv6, number];

export const NOTHING_ALLOWED: AllowedTargets = { hosts: new Set(), ranges: [] };

const HOST_NAME = /^(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]{0,62})(\.[a-z0-9_]([a-z0-9_-]{0,62}))*$/;

/** Parses CIDR ranges (`10.0.0.0/8`, `fd00::/8`), addresses and exact host names. Undefined if one is invalid. Pure. */
export function parseAllowedTargets(items: readonly string[]): AllowedTargets | undefined {
  const hosts = new Set<string>();
  const ranges: AddressRange[] = [];
  for (const item of items) {
    const text = item.toLowerCase();
    const isAddress = isIP(text.split('/', 1)[0] ?? '') !== 0 && !text.includes('%');
    if (isAddress && ipaddr.isValidCIDR(text)) ranges.push(ipaddr.parseCIDR(text));
    else if (isAddress && ipaddr.isValid(text)) ranges.push(wholeAddress(text));
    else if (HOST_NAME.test(text) && !/^[0-9.]+$/.test(text)) hosts.add(text);
    else return undefined;
  }
  return { hosts, ranges };
}

/**
 * Whether a request may go to this address: public unicast, or in an allowed range. IPv6 forms of an IPv4 address
 * (mapped, NAT64) count as that address; tunnels (6to4, Teredo) and everything that is not public are refused. Pure.
 */
export function isAddressAllowed(address: string, { ranges }: AllowedTargets): boolean {
  // ipaddr.js alone accepts historic short forms such as 1.2.3.
  if (isIP(address) === 0) return false;
  const effective = embeddedIpv4(ipaddr.process(address));
  const isInRange = ranges.some(
    ([base, bits]) => base.kind() === effective.kind() && effective.match([base, bits] as never),
  );
  return isInRange || isPublic(effective);
}

const GLOBAL_UNICAST: [ipaddr.IPv6, number] = [ipaddr.IPv6.parse('2000::'), 3];

function isPublic(address: ipaddr.IPv4 | ipaddr.IPv6): boolean {
  if (address.range() !== 'unicast') return false;
  // ipaddr.js classifies anything it does not know, such as ::7f00:1, as unicast.
  return address instanceof ipaddr.IPv4 || address.match(GLOBAL_UNICAST);
}

/** The only prefix of RFC 6052 with the IPv4 address at a fixed place: its last 32 bits. */
const NAT64: [ipaddr.IPv6, number] = [ipaddr.IPv6.parse('64:ff9b::'), 96];

function embeddedIpv4(address: ipaddr.IPv4 | ipaddr.IPv6): ipaddr.IPv4 | ipaddr.IPv6 {
  if (!(address instanceof ipaddr.IPv6) || !address.match(NAT64)) return address;
  return new ipaddr.IPv4(address.toByteArray().slice(12));
}

function wholeAddress(text: string): AddressRange {
  const address = ipaddr.process(text);
  return [address, address.kind() === 'ipv4' ? 32 : 128];
}
