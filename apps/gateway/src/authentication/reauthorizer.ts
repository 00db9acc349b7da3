import type { FastifyRequest } from 'fastify';
import type { Access, Asker } from './access.js';
import type { Authenticator } from './authenticator.js';

/** Who made a request that is still being answered: what they may do can have changed since. */
export class Reauthorizer {
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
