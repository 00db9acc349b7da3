import type { FastifyRequest } from 'fastify';
import { findUpgrade } from '../http/route-upgrades.js';
import { otherSite } from './host-check.js';

/**
 * Refuses requests from pages of other sites where the browser does not. A browser opens WebSockets for any page, with
 * the user's cookies; and it sends simple requests for any page, which need no token while authentication is off.
 */
export class OriginCheck {
  constructor(
    /** The origin of the gateway's own pages, if a proxy serves them under another address than `Host`. */
    private readonly publicOrigin: string | null,
    private readonly isAuthenticationOn: boolean,
  ) {}

  /** @throws AppError `forbidden` */
  check(request: Pick<FastifyRequest, 'raw' | 'headers' | 'host'>): void {
    if (this.isAuthenticationOn && !findUpgrade(request.raw)) return;
    if (isOwnOrigin(request.headers.origin, request.host, this.publicOrigin)) return;
    throw otherSite();
  }
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
