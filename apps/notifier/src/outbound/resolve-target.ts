import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { NetworkError } from '@app/domain';
import type { PinnedAddress } from '@app/outbound';
import { isAddressAllowed, type AllowedTargets } from './check-address.js';
import { limitConcurrency } from './limit-concurrency.js';

/** Resolves all addresses of a name. @param signal aborts when the caller stops waiting */
export type Resolve = (hostname: string, signal: AbortSignal) => Promise<readonly PinnedAddress[]>;

/** Where one request may connect: checked addresses only. */
export interface Target {
  url: URL;
  /** Null: the proxy resolves the name, which the operator trusts. */
  addresses: readonly PinnedAddress[] | null;
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
  /** Whether a proxy leads to the URL. */
  isProxied: (url: URL) => boolean;
  resolve?: Resolve;
}

/**
 * Resolves the host of a URL once, and checks all its addresses. A proxy is then asked for a checked address, not for the
 * name.
 * @throws RefusedTargetError, or an error of DNS
 */
export async function resolveTarget(
  address: string,
  {
    allowed,
    signal,
    isProxied,
    resolve = allowed === null ? resolveForOperator : resolveForUser,
  }: ResolveOptions,
): Promise<Target> {
  const url = parseTarget(address);
  const host = hostOf(url);
  const isTrusted = allowed === null || allowed.hosts.has(host);
  // Often only the proxy can resolve names of the internet.
  if (isTrusted && isProxied(url)) return { url, addresses: null };
  const family = isIP(host);
  const addresses =
    family === 0
      ? await resolve(host, signal).catch((error: unknown) => {
          throw isProxied(url) ? unresolved(host, error) : error;
        })
      : [{ address: host, family }];
  if (addresses.length === 0) throw new Error(`${host} has no address`);
  const refused = isTrusted ? undefined : addresses.find((a) => !isAddressAllowed(a.address, allowed));
  if (refused) {
    const where = refused.address === host ? host : `${host} (${refused.address})`;
    throw new RefusedTargetError(
      `${where} is not a public address. To allow it, add it to PROCTOR_OUTBOUND_ALLOWED.`,
    );
  }
  return { url, addresses };
}

function unresolved(host: string, cause: unknown): NetworkError {
  const reason = `the name ${host} could not be resolved here, to check its addresses`;
  const advice = `If only the proxy can resolve it, add ${host} to PROCTOR_OUTBOUND_ALLOWED.`;
  return new NetworkError({ reason, advice }, { cause });
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
