import type { IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { RouteName } from '@app/contract';
import { AppError } from '@app/domain';
import { findRouteName } from '../http/find-route-name.js';
import { readHost, shorten } from '../http/request-host.js';
import { readCredentials } from './credentials.js';
import type { KnownHosts } from './known-hosts.js';

/** For probes and Prometheus, which call an address of the pod. */
const FOR_ANY_HOST: ReadonlySet<RouteName> = new Set(['ping', 'healthLive', 'healthReady', 'metrics']);

/** What another site may link to: pages, and what email links to. Reading them changes nothing. */
const LINKED: ReadonlySet<RouteName> = new Set([
  ...(['home', 'docs', 'getExecution', 'getSchedule'] as const),
  ...(['consoleHome', 'consolePage', 'consoleItem', 'consoleTab'] as const),
]);

/** They need no credential, and sign the caller in or out. */
const SIGN_IN: ReadonlySet<RouteName> = new Set([
  'startSignIn',
  'pollSignIn',
  'refreshSignIn',
  'createSession',
  'endOwnSession',
]);

/**
 * Keeps pages of other sites away from requests that need no credential of theirs: all, while authentication is off, and
 * those with the cookie of a session, which the browser sends by itself.
 * A request with credentials in its headers is welcome from anywhere.
 */
export class HostCheck {
  constructor(
    private readonly hosts: KnownHosts,
    private readonly isAuthenticationOn: boolean,
  ) {}

  /** Checks each request before its body is read. Call it before the server listens. */
  guard(fastify: FastifyInstance): void {
    fastify.addHook('onRequest', (request, _reply, done) => {
      this.check(request);
      done();
    });
  }

  /** @throws AppError `malformed_request` if the host is missing, repeated or invalid; `forbidden` */
  check(request: FastifyRequest): void {
    const host = readHost(request.raw);
    const route = findRouteName(request.method, request.routeOptions.url);
    if (this.isProtectedByCredentials(request, route) || isFor(FOR_ANY_HOST, route)) return;
    // A proxy that is trusted says in X-Forwarded-Host what the browser asked for, in `Host` perhaps its own name for the
    // gateway. Both are checked: a page can write the first, if the proxy passes it on.
    for (const name of [host ?? '', request.host]) {
      if (!this.hosts.has(name)) throw this.foreignHost(name);
    }
    if (isOfOtherSite(request) && !(isNavigation(request) && isFor(LINKED, route))) throw otherSite();
  }

  private isProtectedByCredentials({ headers, raw }: FastifyRequest, route: RouteName | null): boolean {
    if (!this.isAuthenticationOn || hasSession(raw)) return false;
    const isFromBrowser = headers.origin !== undefined || headers['sec-fetch-site'] !== undefined;
    return !isFromBrowser || !isFor(SIGN_IN, route);
  }

  private foreignHost(host: string): AppError {
    const when = this.isAuthenticationOn ? 'to sign in from a browser' : 'while authentication is off';
    return new AppError('forbidden', `This gateway does not answer to the host ${shorten(host)} ${when}.`, {
      hint: 'Use localhost, or add the host to PROCTOR_ALLOWED_HOSTS or PROCTOR_PUBLIC_URL of the gateway.',
    });
  }
}

function hasSession({ headers, headersDistinct }: IncomingMessage): boolean {
  if (headers.cookie === undefined) return false;
  const credentials = readCredentials(headersDistinct);
  return credentials !== null && 'session' in credentials;
}

function isFor(names: ReadonlySet<RouteName>, route: RouteName | null): boolean {
  return route !== null && names.has(route);
}

/** Another port or subdomain is another site too. Programs send no such header, nor do old browsers: see `OriginCheck`. */
function isOfOtherSite({ headers }: FastifyRequest): boolean {
  const site = headers['sec-fetch-site'];
  return site !== undefined && site !== 'same-origin' && site !== 'none';
}

/** Whether the browser shows the answer as a page of its own, which the page with the link cannot read. */
function isNavigation({ method, headers }: FastifyRequest): boolean {
  return (
    isReading(method) && headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'document'
  );
}

export function isReading(method: string): boolean {
  return method === 'GET' || method === 'HEAD';
}

export function otherSite(): AppError {
  return new AppError('forbidden', 'Requests from pages of another site are not allowed.', {
    hint: 'If the site is yours, set PROCTOR_PUBLIC_URL to its address.',
  });
}
