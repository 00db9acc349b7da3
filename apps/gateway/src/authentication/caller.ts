import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Requester } from './access.js';
import type { WorkloadSource } from './credential.js';

/** The user who makes a request, once authenticated. */
export interface Caller extends Requester {
  /** The IP address that the request came from. */
  address: string;
  /** The token in Postgres that the request was made with; null: another credential. */
  tokenId: string | null;
  /** Tokens that the caller makes expire no later; null: no limit. */
  credentialExpiresAt: Date | null;
  /** When the caller's credential stops being accepted; null: never, or only the authentication plugin knows. */
  acceptedUntil: Date | null;
  /** The token of a workload that the request was made with; left out: another credential. */
  workload?: WorkloadSource | undefined;
  /** The browser's session that the request was made in; left out: it carries its credential itself. */
  sessionId?: string | undefined;
}

const callers = new WeakMap<FastifyRequest, Caller>();

export function setCaller(request: FastifyRequest, caller: Caller): void {
  callers.set(request, caller);
}

export function findCaller(request: FastifyRequest): Caller | null {
  return callers.get(request) ?? null;
}

/** @throws Error on a route that is open to anyone */
export function callerOf(request: FastifyRequest): Caller {
  const caller = findCaller(request);
  if (!caller) throw new Error('a route that is open to anyone has no caller');
  return caller;
}

/** Injects the caller into a handler of a route that requires one. */
export const CurrentCaller = createParamDecorator((_: unknown, context: ExecutionContext): Caller =>
  callerOf(context.switchToHttp().getRequest<FastifyRequest>()),
);
