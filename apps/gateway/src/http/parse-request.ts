import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import {
  describeShapeProblem,
  detailsFromIssues,
  parseJson,
  parseWritten,
  parseWrittenSlowly,
  routes,
  type Route,
} from '@app/contract';
import { AppError } from '@app/domain';
import type * as z from 'zod';
import { timeSlices } from '../limits/time-slices.js';
import { parseQuery } from './parse-query.js';
import { routeNameOf } from './serves.js';

const MAX_VALUES = 2_000;
const UTF8 = new TextDecoder('utf-8', { fatal: true });

/** The request's body, parsed by the route's schema. @throws AppError `malformed_request` */
export const ParsedBody = createParamDecorator((_: unknown, context: ExecutionContext): unknown => {
  const request = context.switchToHttp().getRequest<FastifyRequest>();
  return parseBody(routes[routeNameOf(context.getHandler())], request.body);
});

/** The parts that the route declares, parsed by its schemas. @throws AppError `malformed_request` */
export async function parseRequest(route: Route, { params, query, body }: FastifyRequest) {
  return {
    ...(route.params && { params: parseText(route.params, params) }),
    ...(route.query && { query: parseQuery(route.query, query) }),
    ...(route.body && { body: route.isLongList ? await parseLongList(route, body) : parseBody(route, body) }),
  };
}

/** @param bytes undefined if the request has no body @throws AppError `malformed_request` */
export function parseBody(route: Route, bytes: unknown): unknown {
  const { schema, given } = readBody(route, bytes);
  return bodyFrom(route, parseWritten(schema, given));
}

/** `parseBody` with pauses, in which other requests are served. */
async function parseLongList(route: Route, bytes: unknown): Promise<unknown> {
  const { schema, given } = readBody(route, bytes);
  return bodyFrom(route, await parseWrittenSlowly(schema, given, timeSlices()));
}

function readBody(route: Route, bytes: unknown) {
  if (!route.body) throw new Error(`the route ${route.path} declares no body`);
  const given = isLeftOut(route, bytes)
    ? {}
    : parseBytes(bytes, route.maxBodyValues ?? MAX_VALUES, malformedMessageOf(route));
  return { schema: route.body, given };
}

function malformedMessageOf({ malformedMessage = 'malformed request' }: Route): string {
  return malformedMessage;
}

function bodyFrom(route: Route, result: z.ZodSafeParseResult<unknown>): unknown {
  if (result.success) return result.data;
  // v2's clients expect exactly this message if the body is not even an object; details follow where there is a field.
  const isOtherKind = result.error.issues.some(
    ({ code, path }) => path.length === 0 && code !== 'unrecognized_keys',
  );
  const details = isOtherKind ? [] : detailsFromIssues(result.error.issues);
  throw new AppError('malformed_request', malformedMessageOf(route), { details });
}

/** Parses path parameters, or a query. @throws AppError `malformed_request` */
export function parseText<Schema extends z.ZodType>(
  schema: Schema | undefined,
  value: unknown,
): z.output<Schema> {
  if (!schema) throw new Error('the route declares no such parameters');
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const messages = result.error.issues.map(({ code, path, message }) =>
    code === 'invalid_type' ? `${path.join('.')} must be given once` : message,
  );
  throw new AppError('malformed_request', messages.join('; '));
}

function isLeftOut({ isBodyOptional }: Route, bytes: unknown): boolean {
  return isBodyOptional === true && (!(bytes instanceof Uint8Array) || bytes.length === 0);
}

function parseBytes(bytes: unknown, maxValues: number, malformed: string): unknown {
  if (!(bytes instanceof Uint8Array)) throw new AppError('malformed_request', malformed);
  const message = describeShapeProblem(bytes, maxValues);
  if (message !== null) {
    throw new AppError('malformed_request', malformed, { details: [{ field: 'body', message }] });
  }
  try {
    return parseJson(UTF8.decode(bytes));
  } catch (cause) {
    throw new AppError('malformed_request', malformed, { cause });
  }
}
