import type { OutgoingHttpHeaders } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** Sends the headers of a plain-text answer whose body the caller writes. @returns false for HEAD: the answer has ended */
export function openTextReply(request: FastifyRequest, reply: FastifyReply): boolean {
  void reply.header('content-type', 'text/plain; charset=utf-8').hijack();
  reply.raw.writeHead(200, reply.getHeaders() as OutgoingHttpHeaders);
  if (request.method !== 'HEAD') return true;
  reply.raw.end();
  return false;
}
