import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { findUpgrade } from '../http/route-upgrades.js';
import type { GatewayMetrics } from './gateway-metrics.js';
import { labelRequest, type RequestLabels } from './request-labels.js';

/** nginx's status for a client that disconnected before the answer. */
const CLIENT_CLOSED_REQUEST = 499;
const SWITCHING_PROTOCOLS = 101;

/** Counts and times the requests that reach the router. Call it before the server listens. */
export function measureRequests(fastify: FastifyInstance, metrics: GatewayMetrics): void {
  const startedAt = new WeakMap<FastifyRequest, number>();
  const secondsSince = (start: number) => (performance.now() - start) / 1e3;

  fastify.addHook('onRequest', (request, reply, done) => {
    const start = performance.now();
    startedAt.set(request, start);
    // The only event that follows every request: answered, streamed, upgraded or abandoned.
    reply.raw.once('close', () => {
      const labels = labelsOf(request);
      const status = finalStatusOf(request, reply);
      metrics.countRequest(labels, status);
      if (status === CLIENT_CLOSED_REQUEST) metrics.recordDuration(labels, status, secondsSince(start));
    });
    done();
  });
  // Not called for hijacked replies: those are logs, which last as long as their executions.
  fastify.addHook('onSend', (request, reply, _payload, done) => {
    const start = startedAt.get(request);
    if (start !== undefined) metrics.recordDuration(labelsOf(request), reply.statusCode, secondsSince(start));
    done();
  });
}

function labelsOf(request: FastifyRequest): RequestLabels {
  return labelRequest(request.method, request.routeOptions.url);
}

function finalStatusOf(request: FastifyRequest, { raw }: FastifyReply): number {
  if (raw.headersSent) return raw.statusCode;
  return findUpgrade(request.raw) ? SWITCHING_PROTOCOLS : CLIENT_CLOSED_REQUEST;
}
