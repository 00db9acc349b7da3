import type { FastifyRequest } from 'fastify';
import { findUpgrade } from '../http/route-upgrades.js';
import { AppError } from '@app/domain';
import { isReading, otherSite } from './host-check.js';

/**
 * Refuses requests from pages of other sites where the browser does not. A browser opens WebSockets for any page, with
 * the user's cookies; it sends simple requests for any page, which need no token while authentication is off; and it
 * takes other subdomains for the same site, whose pages send the user's cookies.
 */
export class OriginCheck {
  constructor(
    /** The origin of the gateway's own pages, if a proxy serves them under another address than `Host`. */
    private readonly publicOrigin: string | null,
    private readonly isAuthenticationOn: boolean,
  ) {}

  /** @param isByCookie whether the caller is known by the cookie of a session @throws AppError `forbidden` */
  check(request: CheckedRequest & Pick<FastifyRequest, 'method'>, isByCookie: boolean): void {
    const isUpgrade = findUpgrade(request.raw) !== null;
    const needsOrigin = isByCookie && (isUpgrade || !isReading(request.method));
    if (this.isAuthenticationOn && !isUpgrade && !needsOrigin) return;
    this.checkPage(request, needsOrigin);
  }

  /** Refuses pages of other sites to every caller. @throws AppError `forbidden` */
  checkPage({ headers: { origin }, host }: CheckedRequest, needsOrigin: boolean): void {
    if (needsOrigin && origin === undefined) throw noOrigin();
    if (!isOwnOrigin(origin, host, this.publicOrigin)) throw otherSite();
  }
}

type CheckedRequest = Pick<FastifyRequest, 'raw' | 'headers' | 'host'>;

/** A browser sends it with every such request. */
function noOrigin(): AppError {
  return new AppError('forbidden', 'A request with the cookie of a session must have an Origin header.', {
    hint: 'Programs send an access token with each request instead.',
  });
}

/** True without an `Origin` header: programs send none. @param host the `Host` header, which `HostCheck` has checked */
function isOwnOrigin(
  origin: string | undefined,
  host: string | undefined,
  publicOrigin: string | null,
): boolean {
  if (origin === undefined) return true;
  if (!URL.canParse(origin)) return false;
  const url = new URL(origin);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return false;
  return url.origin === publicOrigin || (host !== undefined && url.host === host.toLowerCase());
}
