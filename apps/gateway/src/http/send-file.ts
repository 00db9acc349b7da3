import type { FastifyReply, FastifyRequest } from 'fastify';
import { isCached, type WebFile } from './web-file.js';

/** Clients may cache the file but must revalidate it, so that a new version of the gateway shows at once. */
export async function sendFile(request: FastifyRequest, reply: FastifyReply, file: WebFile): Promise<void> {
  void reply.headers({ 'cache-control': 'no-cache', etag: file.etag });
  if (isCached(file, request.headers['if-none-match'])) {
    await reply.code(304).send();
    return;
  }
  await reply.header('content-type', file.contentType).send(file.body);
}
