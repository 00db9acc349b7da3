import type { FastifyRequest } from 'fastify';
import { AppError } from '@app/domain';
import { canKeepCookie, type BrowserAddress } from '../authentication/session-cookie.js';

/** `PROCTOR_PUBLIC_URL` without its path; null: not set. */
export type PublicOrigin = string | null;

/**
 * Where the browser that makes this request reaches the gateway.
 * @throws AppError `conflict` if it would not keep the cookie of a session
 */
export function browserAddressOf(
  { host, protocol }: Pick<FastifyRequest, 'host' | 'protocol'>,
  publicOrigin: PublicOrigin,
): BrowserAddress {
  const isPublic = publicOrigin !== null && new URL(publicOrigin).host === host.toLowerCase();
  const isHttps = protocol === 'https' || (isPublic && publicOrigin.startsWith('https:'));
  const address = { host, isHttps };
  if (canKeepCookie(address)) return address;
  throw new AppError(
    'conflict',
    'Browsers stay signed in over https only, and this request came over http.',
    {
      hint: 'Serve the gateway over https, and set PROCTOR_PUBLIC_URL to its address or PROCTOR_TRUST_PROXY to the proxy.',
    },
  );
}
