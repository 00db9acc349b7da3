import type { FastifyRequest } from 'fastify';
import type { Access, Asker } from '../http/access.js';
import type { Authenticator } from '../http/authenticator.js';

/** Who made a request that is still being answered: what they may do can have changed since. */
export class AskAgain {
  constructor(
    private readonly authenticator: Pick<Authenticator, 'authenticate'>,
    private readonly access: Access,
  ) {}

  /** @throws AppError `unauthenticated` if the credentials are no longer right */
  async identify(request: FastifyRequest): Promise<Asker> {
    const user = await this.authenticator.authenticate(request.raw.headersDistinct);
    return { user, isAdmin: await this.access.isAdmin(user) };
  }
}
