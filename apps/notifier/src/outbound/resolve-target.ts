import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { isAddressAllowed, type AllowedTargets } from './check-address.js';
import { limitConcurrency } from './limit-concurrency.js';

export interface ResolvedAddress {
  address: string;
  family: number;
}

/** Resolves all addresses of a name. @param signal aborts when the caller stops waiting */
export type Resolve = (hostname: string, signal: AbortSignal) => Promise<readonly ResolvedAddress[]>;

/** Where one request may connect: checked addresses only. */
export interface Target {
  url: URL;
  addresses: readonly ResolvedAddress[];
}

/** The URL is refused for good, because of its form or its addresses. `message` holds no secret of the URL. */
export class RefusedTargetError extends Error {
  override readonly name = 'RefusedTargetError';
}

const byDns = (hostname: string) => lookup(hostname, { all: true, verbatim: true });

/**
 * Each lookup holds one of libuv's four threads for as long as the name server takes, so one thread stays free. Names chosen
 * by the operator do not wait for names chosen by users.
 */
const resolveForOperator: Resolve = limitConcurrency(1, byDns);
const resolveForUser: Resolve = limitConcurrency(2, byDns);

export interface ResolveOptions {
  /** Null: the operator chose the URL, so its addresses are not checked. */
  allowed: AllowedTargets | null;
  /** Ends the wait for a turn; a lookup that has started cannot be aborted. */
  signal: AbortSignal;
  resolve?: Resolve;
}

/**
 * Resolves the host of a URL once, and checks all its addresses.
 * @throws RefusedTargetError, or an error of DNS
 */
export async function resolveTarget(
  address: string,
  { allowed, signal, resolve = allowed === null ? resolveForOperator : resolveForUser }: ResolveOptions,
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
      `${where} is not a public address. To allow it, add it to PROCTOR_OUTBOUND_ALLOWED.`,
    );
  }
  return { url, addresses };
}

/** @throws RefusedTargetError unless it is an http or https URL without user name and password */
export function parseTarget(address: string): URL {
  if (!URL.canParse(address)) throw new RefusedTargetError('not a URL');
  const url = new URL(address);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new RefusedTargetError(`the URL starts with ${url.protocol}. Use http: or https:.`);
  }
  if (url.username !== '' || url.password !== '') {
    throw new RefusedTargetError('the URL must not hold a user name or password');
  }
  return url;
}

function hostOf({ hostname }: URL): string {
  return hostname
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '')
    .toLowerCase();
}
