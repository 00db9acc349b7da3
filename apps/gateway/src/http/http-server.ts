import { randomUUID } from 'node:crypto';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { stringifyJson } from '@app/contract';
import { AppError } from '@app/domain';
import type { OpenSlots } from '../limits/open-slots.js';
import { readBodies } from '../limits/read-bodies.js';
import { answerBrokenRequest } from './answer-broken-request.js';
import { cleanForwardedFor, toFastify, type TrustProxy } from './trust-proxy.js';
import { renderError } from './render-error.js';
import { pathOf } from './request-path.js';
import { toAppError } from './to-app-error.js';

const MAX_HEADER_BYTES = 16 * 1024;
const MAX_URL_LENGTH = 8 * 1024;
/** For the headers to arrive in full. */
const HEADERS_TIMEOUT_MS = 15_000;
const TIMEOUT_CHECK_INTERVAL_MS = 5_000;
/** For a request to arrive in full. Answers have no limit: a log is streamed for as long as its execution runs. */
const REQUEST_TIMEOUT_MS = 60_000;

/** A browser must not run, frame, embed or store any answer. */
const SECURITY_HEADERS = {
  'x-content-type-options': 'nosniff',
  'content-security-policy':
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
};

/** Nest's Fastify adapter with the limits that apply to every request. */
export function createHttpServer(options: { trustProxy: TrustProxy; bodies: OpenSlots }): FastifyAdapter {
  const adapter = new FastifyAdapter({
    trustProxy: toFastify(options.trustProxy),
    requestTimeout: REQUEST_TIMEOUT_MS,
    return503OnClosing: false,
    genReqId: () => randomUUID(),
    http: {
      maxHeaderSize: MAX_HEADER_BYTES,
      headersTimeout: HEADERS_TIMEOUT_MS,
      connectionsCheckingInterval: TIMEOUT_CHECK_INTERVAL_MS,
    },
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
  readBodies(fastify, options.bodies);
  if (options.trustProxy !== false) cleanForwardedFor(fastify);
  fastify.setReplySerializer(stringifyJson);
  // Like the others with a callback: a promise for each hook of each request is a noticeable part of a short one.
  fastify.addHook('onRequest', (request, reply, done) => {
    reply.headers({ ...SECURITY_HEADERS, 'x-request-id': request.id });
    const isTooLong = (request.raw.url?.length ?? 0) > MAX_URL_LENGTH;
    const message = `The URL is longer than ${MAX_URL_LENGTH} characters.`;
    done(isTooLong ? new AppError('malformed_request', message) : undefined);
  });
  return adapter;
}
