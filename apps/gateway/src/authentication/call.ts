import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { routes, type BodyOf, type ParamsOf, type QueryOf, type RouteName } from '@app/contract';
import { parseRequest } from '../http/parse-request.js';
import { routeNameOf } from '../http/serves.js';
import { callerOf, type Caller } from './caller.js';

interface Parts<Name extends RouteName> {
  params: ParamsOf<Name>;
  query: QueryOf<Name>;
  body: BodyOf<Name>;
}

/** A call of a route that requires a caller: who calls, and the parts that the route declares. */
export type CallOf<Name extends RouteName> = { caller: Caller } & Pick<
  Parts<Name>,
  Extract<keyof Parts<Name>, keyof (typeof routes)[Name]>
>;

/** Injects the call into a handler, its parts parsed by the route's schemas. @throws AppError `malformed_request` */
export const Call = createParamDecorator(async (_: unknown, context: ExecutionContext) => {
  const request = context.switchToHttp().getRequest<FastifyRequest>();
  const parts = await parseRequest(routes[routeNameOf(context.getHandler())], request);
  return { caller: callerOf(request), ...parts };
});
