import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { findUpgrade } from '../http/route-upgrades.js';
import type { GatewayMetrics } from './gateway-metrics.js';
import { labelRequest, type RequestLabels } from './request-labels.js';

/** nginx's number for a client that did not wait for the answer. */
const CLIENT_LEFT = 499;
const SWITCHING_PROTOCOLS = 101;

/** Counts and times each request that the router takes. Call it before the server listens. */
export function measureRequests(fastify: FastifyInstance, metrics: GatewayMetrics): void {
  const startedAt = new WeakMap<FastifyRequest, number>();
  const secondsSince = (start: number) => (performance.now() - start) / 1e3;

  fastify.addHook('onRequest', async (request, reply) => {
    const start = performance.now();
    startedAt.set(request, start);
    // The only event that comes whatever happens: answered, streamed, upgraded, or left alone.
    reply.raw.once('close', () => {
      const labels = labelsOf(request);
      const status = finalStatusOf(request, reply);
      metrics.countRequest(labels, status);
      if (status === CLIENT_LEFT) metrics.recordDuration(labels, status, secondsSince(start));
    });
  });
  // Not for answers that are written by hand: those are logs, which last as long as their executions.
  fastify.addHook('onSend', async (request, reply) => {
    const start = startedAt.get(request);
    if (start !== undefined) metrics.recordDuration(labelsOf(request), reply.statusCode, secondsSince(start));
  });
}

function labelsOf(request: FastifyRequest): RequestLabels {
  return labelRequest(request.method, request.routeOptions.url);
}

function finalStatusOf(request: FastifyRequest, { raw }: FastifyReply): number {
  if (raw.headersSent) return raw.statusCode;
  return findUpgrade(request.raw) ? SWITCHING_PROTOCOLS : CLIENT_LEFT;
}
