import { randomUUID } from 'node:crypto';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { MAX_BODY_BYTES, stringifyJson } from '@app/contract';
import { AppError } from '@app/domain';
import { answerBrokenRequest } from './answer-broken-request.js';
import { cleanForwardedFor, toFastify, type TrustProxy } from './trust-proxy.js';
import { collectBody } from './collect-body.js';
import { renderError } from './render-error.js';
import { pathOf } from './request-path.js';
import { toAppError } from './to-app-error.js';

const MAX_HEADER_BYTES = 16 * 1024;
const MAX_URL_LENGTH = 8 * 1024;
/** For a request to arrive in full. Answers have no limit: a log is streamed for as long as its execution runs. */
const REQUEST_TIMEOUT_MS = 60_000;

/** A browser must not run, frame or store any answer. */
const SECURITY_HEADERS = {
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
};

/** Nest's Fastify adapter with the limits that apply to every request. */
export function createHttpServer(options: { trustProxy: TrustProxy }): FastifyAdapter {
  const adapter = new FastifyAdapter({
    trustProxy: toFastify(options.trustProxy),
    requestTimeout: REQUEST_TIMEOUT_MS,
    return503OnClosing: false,
    genReqId: () => randomUUID(),
    http: { maxHeaderSize: MAX_HEADER_BYTES },
    routerOptions: { maxParamLength: MAX_URL_LENGTH, ignoreTrailingSlash: true },
    clientErrorHandler: answerBrokenRequest,
    // The router refuses these itself: they reach no hook and no filter.
    frameworkErrors: (error: Error, request: FastifyRequest, reply: FastifyReply) => {
      const answer = renderError(toAppError(error, request.id), request.headers.accept, pathOf(request));
      void reply
        .code(answer.status)
        .headers({ ...SECURITY_HEADERS, ...answer.headers })
        .send(answer.body);
    },
  });
  const fastify = adapter.getInstance<FastifyInstance>();
  readBodiesAsBytes(fastify);
  if (options.trustProxy !== false) cleanForwardedFor(fastify);
  fastify.setReplySerializer(stringifyJson);
  fastify.addHook('onRequest', async (request, reply) => {
    reply.headers({ ...SECURITY_HEADERS, 'x-request-id': request.id });
    if ((request.raw.url?.length ?? 0) > MAX_URL_LENGTH) {
      throw new AppError('malformed_request', `The URL is longer than ${MAX_URL_LENGTH} characters.`);
    }
  });
  return adapter;
}

/**
 * Bodies stay bytes until the caller is known and the route's schema is at hand. Like v2's server, ignores the content
 * type: every body is JSON.
 */
function readBodiesAsBytes(fastify: FastifyInstance): void {
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('*', (_request: unknown, body: Readable) => collectBody(body, MAX_BODY_BYTES));
  fastify.addHook('onRequest', async ({ raw }) => {
    // Fastify would refuse a malformed one before it calls the parser.
    if (raw.headers['content-type'] !== undefined) raw.headers['content-type'] = 'application/octet-stream';
  });
}
