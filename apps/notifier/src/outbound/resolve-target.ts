import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { isAddressAllowed, type AllowedTargets } from './check-address.js';
import { fewAtOnce } from './few-at-once.js';

export interface ResolvedAddress {
  address: string;
  family: number;
}

/** All addresses of a name. @param signal nobody waits for them any more */
export type Resolve = (hostname: string, signal: AbortSignal) => Promise<readonly ResolvedAddress[]>;

/** Where one request connects to: addresses that were checked, and no others. */
export interface Target {
  url: URL;
  addresses: readonly ResolvedAddress[];
}

/** The address is refused for good: by what it says, or by where it leads. `message` holds no secret of the URL. */
export class RefusedTargetError extends Error {
  override readonly name = 'RefusedTargetError';
}

const byDns = (hostname: string) => lookup(hostname, { all: true, verbatim: true });

/**
 * Each lookup holds one of libuv's four threads, for as long as somebody's name server likes: one thread stays free. The
 * operator's names do not wait for those that users have chosen.
 */
const resolveOperators: Resolve = fewAtOnce(1, byDns);
const resolveUsers: Resolve = fewAtOnce(2, byDns);

export interface ResolveOptions {
  /** Null: the operator has chosen the URL, so its addresses are not checked. */
  allowed: AllowedTargets | null;
  /** Ends the waiting for a turn; a lookup that has begun can't be ended. */
  signal: AbortSignal;
  resolve?: Resolve;
}

/**
 * Resolves a URL's host, once, and checks every address that it has.
 * @throws RefusedTargetError; an error of DNS as it is
 */
export async function resolveTarget(
  address: string,
  { allowed, signal, resolve = allowed === null ? resolveOperators : resolveUsers }: ResolveOptions,
): Promise<Target> {
  const url = parseTarget(address);
  const host = hostOf(url);
  const family = isIP(host);
  const addresses = family === 0 ? await resolve(host, signal) : [{ address: host, family }];
  if (addresses.length === 0) throw new Error(`${host} has no address`);
  const isTrusted = allowed === null || allowed.hosts.has(host);
  const refused = isTrusted ? undefined : addresses.find((a) => !isAddressAllowed(a.address, allowed));
  if (refused) {
    const where = refused.address === host ? host : `${host} (${refused.address})`;
    throw new RefusedTargetError(
      `${where} is no public address; PROCTOR_OUTBOUND_ALLOWED lists those that may be called nevertheless`,
    );
  }
  return { url, addresses };
}

/** @throws RefusedTargetError for all but http and https URLs without user name and password */
export function parseTarget(address: string): URL {
  if (!URL.canParse(address)) throw new RefusedTargetError('the address is not a URL');
  const url = new URL(address);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new RefusedTargetError(`the address begins with ${url.protocol} and not with http: or https:`);
  }
  if (url.username !== '' || url.password !== '') {
    throw new RefusedTargetError('the address holds a user name or password, which it must not');
  }
  return url;
}

function hostOf({ hostname }: URL): string {
  return hostname
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '')
    .toLowerCase();
}
