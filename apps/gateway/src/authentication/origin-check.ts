import type { FastifyRequest } from 'fastify';
import { AppError } from '@app/domain';
import { findUpgrade } from '../http/route-upgrades.js';

/**
 * Keeps out pages of other sites where a browser does not: it opens any page's WebSocket with the user's cookies, and it
 * sends any page's request that has no token to show, which is all that is needed while authentication is off.
 */
export class OriginCheck {
  constructor(
    /** Of our own pages, if a proxy has another address than the request says. */
    private readonly publicOrigin: string | null,
    private readonly isAuthenticationOn: boolean,
  ) {}

  /** @throws AppError `forbidden` */
  check(request: Pick<FastifyRequest, 'raw' | 'headers' | 'host'>): void {
    if (this.isAuthenticationOn && !findUpgrade(request.raw)) return;
    if (isOwnOrigin(request.headers.origin, request.host, this.publicOrigin)) return;
    throw new AppError('forbidden', 'A page of another site may not ask for this.', {
      hint: 'If it is your own, set PROCTOR_PUBLIC_URL to its address.',
    });
  }
}

/**
 * True for no origin, too: programs send none.
 * @param host as in the request's `Host`
 */
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
