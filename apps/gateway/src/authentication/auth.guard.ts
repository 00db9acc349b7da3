import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { CLIENT_VERSION_HEADER, routes } from '@app/contract';
import { AppError } from '@app/domain';
import { Access } from './access.js';
import { Authenticator } from './authenticator.js';
import { setCaller } from './caller.js';
import { checkClientVersion } from '../http/check-client-version.js';
import type { ClientVersion } from '../http/client-version.js';
import { OriginCheck } from './origin-check.js';
import { routeNameOf } from '../http/serves.js';
import { UserSources } from './user-sources.js';

/** The oldest client that is served; null: any. */
export class OldestClient {
  constructor(readonly version: ClientVersion | null) {}
}

/** Lets a request through to its handler if the route's `who` allows it, and notes who is asking. */
@Injectable()
export class AuthGuard implements CanActivate {
  constructor(
    private readonly authenticator: Authenticator,
    private readonly access: Access,
    private readonly oldestClient: OldestClient,
    private readonly sources: UserSources,
    private readonly origins: OriginCheck,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const { who } = routes[routeNameOf(context.getHandler())];
    if (who === 'anyone') return true;
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const version = request.headers[CLIENT_VERSION_HEADER.toLowerCase()];
    checkClientVersion(Array.isArray(version) ? version.join() : version, this.oldestClient.version);
    const user = await this.authenticator.admit(request.raw.headersDistinct, request.ip);
    const caller = {
      user,
      isAdmin: await this.access.isAdmin(user),
      address: request.ip,
      credentialExpiresAt: this.sources.expiryOf(user),
    };
    setCaller(request, caller);
    this.origins.check(request);
    if (who === 'admin' && !caller.isAdmin) {
      const groups = this.access.adminGroups.join(', ');
      throw new AppError('forbidden', `Only admins may do this: you would have to be in ${groups}.`);
    }
    return true;
  }
}
