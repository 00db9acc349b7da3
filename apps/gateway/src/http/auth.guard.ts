import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { CLIENT_VERSION_HEADER, routes } from '@app/contract';
import { AppError, isAdmin } from '@app/domain';
import { Authenticator } from './authenticator.js';
import { setCaller } from './caller.js';
import { checkClientVersion } from './check-client-version.js';
import type { ClientVersion } from './client-version.js';
import { routeNameOf } from './serves.js';

export class AccessRules {
  constructor(
    readonly adminGroups: readonly string[],
    readonly minClientVersion: ClientVersion | null,
  ) {}
}

/** Lets a request through to its handler if the route's `who` allows it, and notes who is asking. */
@Injectable()
export class AuthGuard implements CanActivate {
  constructor(
    private readonly authenticator: Authenticator,
    private readonly rules: AccessRules,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const { who } = routes[routeNameOf(context.getHandler())];
    if (who === 'anyone') return true;
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const version = request.headers[CLIENT_VERSION_HEADER.toLowerCase()];
    checkClientVersion(Array.isArray(version) ? version.join() : version, this.rules.minClientVersion);
    const user = await this.authenticator.authenticate(request.raw.headersDistinct);
    const caller = { user, isAdmin: isAdmin(user, this.rules.adminGroups), address: request.ip };
    setCaller(request, caller);
    if (who === 'admin' && !caller.isAdmin) {
      const groups = this.rules.adminGroups.join(', ');
      throw new AppError('forbidden', `Only admins may do this: you would have to be in ${groups}.`);
    }
    return true;
  }
}
