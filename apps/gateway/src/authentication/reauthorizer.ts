import type { FastifyRequest } from 'fastify';
import type { Access, Requester } from './access.js';
import type { Authenticator } from './authenticator.js';

/** Identifies the caller of an open stream again, whose permissions may have changed since it was opened. */
export class Reauthorizer {
  constructor(
    private readonly authenticator: Pick<Authenticator, 'authenticate'>,
    private readonly access: Access,
  ) {}

  /** @throws AppError `unauthenticated` if the credentials are no longer valid */
  async identify(request: FastifyRequest): Promise<Requester> {
    return this.access.requesterOf(await this.authenticator.authenticate(request.raw.headersDistinct));
  }
}
