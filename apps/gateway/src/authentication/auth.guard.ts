import type { CanActivate, ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { CLIENT_VERSION_HEADER, routes, type Route } from '@app/contract';
import { AppError } from '@app/domain';
import type { Access } from './access.js';
import { checkScope } from './check-scope.js';
import type { Authenticator } from './authenticator.js';
import { findCaller, setCaller } from './caller.js';
import { checkClientVersion } from '../http/check-client-version.js';
import type { ClientVersion } from '../http/client-version.js';
import type { OriginCheck } from './origin-check.js';
import { routeNameOf } from '../http/serves.js';
import type { UserSources } from './user-sources.js';

export interface AuthGuardDependencies {
  authenticator: Authenticator;
  access: Access;
  sources: Pick<UserSources, 'credentialOf'>;
  originCheck: OriginCheck;
  /** Null: every client version is accepted. */
  minClientVersion: ClientVersion | null;
}

/** Lets a request through to its handler if the route's `who` allows it, and remembers the caller. */
export class AuthGuard implements CanActivate {
  constructor(private readonly dependencies: AuthGuardDependencies) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const route: Route = routes[routeNameOf(context.getHandler())];
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    if (!findCaller(request)) await this.admit(request, route);
    return true;
  }

  /** Remembers the caller of a request, which may not have a body yet. @throws AppError for a request that is refused */
  async admit(request: FastifyRequest, route: Route): Promise<void> {
    if (route.who === 'anyone') return;
    const { authenticator, access, sources, originCheck, minClientVersion } = this.dependencies;
    const version = request.headers[CLIENT_VERSION_HEADER.toLowerCase()];
    checkClientVersion(Array.isArray(version) ? version.join() : version, minClientVersion);
    const user = await authenticator.admit(request.raw.headersDistinct, request.ip);
    const { tokenId, expiresAt, acceptedUntil, workload, sessionId } = sources.credentialOf(user);
    const requester = await access.requesterOf(user);
    const credential = { tokenId, credentialExpiresAt: expiresAt, acceptedUntil, workload, sessionId };
    const caller = { ...requester, address: request.ip, ...credential };
    setCaller(request, caller);
    originCheck.check(request, sessionId !== undefined);
    checkScope(route, caller.scope);
    if (route.who === 'admin' && !caller.isAdmin) {
      const groups = access.adminGroups.join(', ');
      throw new AppError('forbidden', `Only admins may do this. Admins are members of ${groups}.`);
    }
  }
}
