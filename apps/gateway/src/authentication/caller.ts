import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { User } from '@app/domain';

/** Who makes a request, once that is known. */
export interface Caller {
  user: User;
  isAdmin: boolean;
  /** Where the request came from. */
  address: string;
  /** When what the caller showed stops holding; null: never, or only the authentication plugin knows. */
  credentialExpiresAt: Date | null;
}

const callers = new WeakMap<FastifyRequest, Caller>();

export function setCaller(request: FastifyRequest, caller: Caller): void {
  callers.set(request, caller);
}

export function findCaller(request: FastifyRequest): Caller | null {
  return callers.get(request) ?? null;
}

/** The caller, for a handler of a route that is not for anyone. */
export const CurrentCaller = createParamDecorator((_: unknown, context: ExecutionContext): Caller => {
  const caller = findCaller(context.switchToHttp().getRequest<FastifyRequest>());
  if (!caller) throw new Error('a handler for anyone has no caller');
  return caller;
});
