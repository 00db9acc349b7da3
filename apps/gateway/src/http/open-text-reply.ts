import type { OutgoingHttpHeaders } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** Begins an answer of plain text that is written by hand. False: that was all of it, because the client asked for no body. */
export function openTextReply(request: FastifyRequest, reply: FastifyReply): boolean {
  void reply.header('content-type', 'text/plain; charset=utf-8').hijack();
  reply.raw.writeHead(200, reply.getHeaders() as OutgoingHttpHeaders);
  if (request.method !== 'HEAD') return true;
  reply.raw.end();
  return false;
}
