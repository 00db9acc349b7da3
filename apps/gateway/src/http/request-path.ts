import type { FastifyRequest } from 'fastify';

const MAX_CHARACTERS = 300;

/** The path for logs, the audit trail and error pages, without the query: that may be long, or hold something private. */
export function pathOf(request: FastifyRequest): string {
  return (request.url.split('?', 1)[0] ?? '').slice(0, MAX_CHARACTERS);
}
