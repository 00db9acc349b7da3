import { randomUUID } from 'node:crypto';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { MAX_BODY_BYTES } from '@app/contract';
import { AppError } from '@app/domain';
import { answerBrokenRequest } from './answer-broken-request.js';
import { collectBody } from './collect-body.js';
import { renderError } from './render-error.js';
import { toAppError } from './to-app-error.js';

const MAX_HEADER_BYTES = 16 * 1024;
const MAX_URL_LENGTH = 8 * 1024;
/** For a request to arrive in full; answers may take as long as a proc runs. */
const REQUEST_TIMEOUT_MS = 60_000;

/** There is nothing here for a browser to run, frame or keep. */
const SECURITY_HEADERS = {
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
};

/** Fastify under Nest, with the limits that hold for every request. */
export function createHttpServer(options: { trustProxy: boolean | string[] }): FastifyAdapter {
  const adapter = new FastifyAdapter({
    trustProxy: options.trustProxy,
    requestTimeout: REQUEST_TIMEOUT_MS,
    return503OnClosing: false,
    genReqId: () => randomUUID(),
    http: { maxHeaderSize: MAX_HEADER_BYTES },
    routerOptions: { maxParamLength: MAX_URL_LENGTH, ignoreTrailingSlash: true },
    clientErrorHandler: answerBrokenRequest,
    // Refused by the router itself: no hook and no filter sees it.
    frameworkErrors: (error: Error, request: FastifyRequest, reply: FastifyReply) => {
      const answer = renderError(toAppError(error, request.id), request.headers.accept);
      void reply
        .code(answer.status)
        .headers({ ...SECURITY_HEADERS, ...answer.headers })
        .send(answer.body);
    },
  });
  const fastify = adapter.getInstance<FastifyInstance>();
  readBodiesAsBytes(fastify);
  fastify.addHook('onRequest', async (request, reply) => {
    reply.headers({ ...SECURITY_HEADERS, 'x-request-id': request.id });
    if ((request.raw.url?.length ?? 0) > MAX_URL_LENGTH) {
      throw new AppError('malformed_request', `The URL may have at most ${MAX_URL_LENGTH} characters.`);
    }
  });
  return adapter;
}

/**
 * Bodies stay bytes until the caller is known and the route's schema is at hand. v2's server never looked at the content type:
 * whatever it says, the body is JSON.
 */
function readBodiesAsBytes(fastify: FastifyInstance): void {
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('*', (_request: unknown, body: Readable) => collectBody(body, MAX_BODY_BYTES));
  fastify.addHook('onRequest', async ({ raw }) => {
    // One that is malformed would be refused before it comes to the parser.
    if (raw.headers['content-type'] !== undefined) raw.headers['content-type'] = 'application/octet-stream';
  });
}
