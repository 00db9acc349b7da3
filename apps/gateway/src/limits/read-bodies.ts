import type { Readable } from 'node:stream';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { MAX_BODY_BYTES, routes, type Route } from '@app/contract';
import { addressKey } from '@app/plugins';
import { collectBody } from '../http/collect-body.js';
import { findRouteName } from '../http/find-route-name.js';
import type { OpenSlots } from './open-slots.js';

/** Of clients that need no credentials: enough for a token. */
const MAX_BYTES_OF_ANYONE = 64 * 1024;

/**
 * Bodies stay bytes until the route's schema is at hand. Like v2's server, ignores the content type: every body is JSON.
 * @param held counts the bytes of all bodies in memory, by address
 */
export function readBodies(fastify: FastifyInstance, held: OpenSlots): void {
  const holds = new WeakMap<FastifyRequest, (bytes: number) => void>();
  fastify.removeAllContentTypeParsers();
  fastify.addHook('onRequest', (request, reply, done) => {
    // Fastify would refuse a malformed one before it calls the parser.
    const { headers } = request.raw;
    if (headers['content-type'] !== undefined) headers['content-type'] = 'application/octet-stream';
    const address = addressKey(request.ip);
    let sum = 0;
    holds.set(request, (bytes) => {
      held.take(address, bytes);
      if (sum === 0) reply.raw.once('close', () => held.release(address, sum));
      sum += bytes;
    });
    done();
  });
  fastify.addContentTypeParser('*', (request: FastifyRequest, body: Readable) => {
    const limitBytes = limitOf(request);
    if (limitBytes > 0) return collectBody(body, limitBytes, holds.get(request));
    body.resume();
    return Promise.resolve(undefined);
  });
}

/** 0: the route takes no body. */
function limitOf(request: FastifyRequest): number {
  const name = findRouteName(request.method, request.routeOptions.url);
  const route: Route | null = name && routes[name];
  if (!route?.body) return 0;
  return route.who === 'anyone' ? MAX_BYTES_OF_ANYONE : MAX_BODY_BYTES;
}
