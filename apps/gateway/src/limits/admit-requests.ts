import type { Socket } from 'node:net';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { routes, type Route } from '@app/contract';
import { AppError, foldEmail } from '@app/domain';
import { addressKey } from '@app/plugins';
import type { AuthGuard } from '../authentication/auth.guard.js';
import { findCaller } from '../authentication/caller.js';
import { findRouteName } from '../http/find-route-name.js';
import type { OpenSlots } from './open-slots.js';
import type { OpenSockets } from './open-sockets.js';
import type { RateLimits } from './rate-limits.js';
import { longWork, newcomers } from './turns.js';

/** A larger body costs noticeable time to parse and check. */
const LARGE_BODY_BYTES = 64 * 1024;
/** Always answered, without any limit. */
const PROBES: readonly string[] = [routes.healthLive.path, routes.ping.path];

export interface AdmitRequestsDependencies {
  guard: Pick<AuthGuard, 'admit'>;
  rates: RateLimits;
  streams: OpenSlots;
  sockets: OpenSockets;
  /** Otherwise a client chooses its own name. */
  isAuthenticationOn: boolean;
}

/**
 * Decides on a request before its body is read: who the caller is, and whether the limits allow it. The body of an
 * unknown client is discarded and costs no memory.
 */
export class AdmitRequests {
  private readonly known = new WeakSet<Socket>();

  constructor(private readonly dependencies: AdmitRequestsDependencies) {}

  /** Call it before the server listens, and after the hooks that clients must not get past. */
  install(fastify: FastifyInstance): void {
    fastify.addHook('onRequest', (request, reply) => this.admit(request, reply));
    fastify.addHook('preHandler', (request) => this.admitBody(request));
  }

  private async admit(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    this.dependencies.sockets.touch(request.raw.socket);
    const name = findRouteName(request.method, request.routeOptions.url);
    const route: Route | null = name && routes[name];
    if (route && PROBES.includes(route.path)) return;
    await this.greet(request.raw.socket);
    if (!route || route.who === 'anyone') this.count(request, reply, route);
    else await this.admitCaller(request, reply, route);
    // Before its body is read.
    if (!route) throw new AppError('not_found', 'No such route.');
    if (route.isStream) this.openStream(request, reply);
  }

  /** A connection costs less to accept than its first request to answer, and the next one may be a health check's. */
  private async greet(socket: Socket): Promise<void> {
    if (this.known.has(socket)) return;
    this.known.add(socket);
    await newcomers.next();
  }

  private async admitCaller(request: FastifyRequest, reply: FastifyReply, route: Route): Promise<void> {
    const { guard, sockets } = this.dependencies;
    try {
      await guard.admit(request, route);
    } finally {
      // One that is forbidden counts too.
      if (findCaller(request)) this.count(request, reply, route);
    }
    const { socket } = request.raw;
    sockets.hold(socket);
    reply.raw.once('close', () => sockets.release(socket));
  }

  /** @throws AppError `too_many_requests` */
  private count(request: FastifyRequest, reply: FastifyReply, route: Route | null): void {
    const isCostly = route?.isCostly === true;
    const { headers, refusal } = this.dependencies.rates.count(this.clientOf(request), isCostly);
    void reply.headers(headers);
    if (refusal) throw refusal;
  }

  private openStream(request: FastifyRequest, reply: FastifyReply): void {
    const client = this.clientOf(request);
    this.dependencies.streams.take(client);
    reply.raw.once('close', () => this.dependencies.streams.release(client));
  }

  private async admitBody(request: FastifyRequest): Promise<void> {
    const bytes = request.body instanceof Uint8Array ? request.body.length : 0;
    if (bytes <= LARGE_BODY_BYTES) return;
    this.dependencies.rates.countCostly(this.clientOf(request));
    await longWork.next();
  }

  private clientOf(request: FastifyRequest): string {
    const caller = this.dependencies.isAuthenticationOn ? findCaller(request) : null;
    return caller ? `account ${foldEmail(caller.user.email)}` : `address ${addressKey(request.ip)}`;
  }
}
