import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { detailsFromIssues, routes, type Route } from '@app/contract';
import { AppError } from '@app/domain';
import type { z } from 'zod';
import { parseQuery } from './parse-query.js';
import { routeNameOf } from './serves.js';

/** Nobody reads more, and a small body can have very many. */
const MAX_DETAILS = 100;

/** The request's body by the route's schema. @throws AppError `malformed_request` */
export const ParsedBody = createParamDecorator((_: unknown, context: ExecutionContext): unknown => {
  const request = context.switchToHttp().getRequest<FastifyRequest>();
  return parseBody(routes[routeNameOf(context.getHandler())], request.body);
});

/** The variables of the path by the route's schema. @throws AppError `malformed_request` */
export const ParsedParams = createParamDecorator((_: unknown, context: ExecutionContext): unknown => {
  const request = context.switchToHttp().getRequest<FastifyRequest>();
  const route: Route = routes[routeNameOf(context.getHandler())];
  return parseText(route.params, request.params);
});

/** The query by the route's schema. @throws AppError `malformed_request` */
export const ParsedQuery = createParamDecorator((_: unknown, context: ExecutionContext): unknown => {
  const request = context.switchToHttp().getRequest<FastifyRequest>();
  const route: Route = routes[routeNameOf(context.getHandler())];
  return parseQuery(route.query, request.query);
});

/** @param bytes undefined: the request had none */
export function parseBody(route: Route, bytes: unknown): unknown {
  if (!route.body) throw new Error(`${route.path} has no body`);
  const malformed = route.malformedMessage ?? 'malformed request';
  const result = route.body.safeParse(parseJson(bytes, malformed));
  if (result.success) return result.data;
  // What v2 clients know; and more only where it can name a place.
  const isOtherThing = result.error.issues.some(({ path }) => path.length === 0);
  const details = isOtherThing ? [] : detailsFromIssues(result.error.issues.slice(0, MAX_DETAILS));
  throw new AppError('malformed_request', malformed, { details });
}

/** Variables of a path or a query. */
export function parseText<Schema extends z.ZodType>(
  schema: Schema | undefined,
  value: unknown,
): z.output<Schema> {
  if (!schema) throw new Error('this route has no such part');
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const messages = result.error.issues.map(({ code, path, message }) =>
    code === 'invalid_type' ? `${path.join('.')} is missing or given twice` : message,
  );
  throw new AppError('malformed_request', messages.join('; '));
}

function parseJson(bytes: unknown, malformed: string): unknown {
  if (!(bytes instanceof Uint8Array)) throw new AppError('malformed_request', malformed);
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new AppError('malformed_request', malformed, { cause });
  }
}
