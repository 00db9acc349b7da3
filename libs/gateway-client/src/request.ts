import { pathOf, type RouteName, type routes } from '@app/contract';
import type * as z from 'zod';

type Routes = typeof routes;

type SchemaOf<Name extends RouteName, Part extends 'params' | 'query' | 'body'> =
  Routes[Name] extends Record<Part, infer Schema extends z.ZodType> ? Schema : never;

/** A value as it goes over the wire, or as the gateway parses it: `'50'` or `50`, `'true'` or `true`. */
type QueryValues<Input, Output> = {
  [Key in keyof Input]: Input[Key] | (Key extends keyof Output ? Output[Key] : never);
};

type QueryInput<Name extends RouteName> =
  SchemaOf<Name, 'query'> extends infer Schema extends z.ZodType
    ? QueryValues<z.input<Schema>, z.output<Schema>>
    : never;

/** `undefined` for a part that the route does not have: any value is then a compile error. */
type Required<Key extends string, Schema> = [Schema] extends [never]
  ? { [K in Key]?: undefined }
  : { [K in Key]: Schema extends z.ZodType ? z.input<Schema> : never };

type BodyPart<Name extends RouteName> = Routes[Name] extends { isBodyOptional: true }
  ? Partial<Required<'body', SchemaOf<Name, 'body'>>>
  : Required<'body', SchemaOf<Name, 'body'>>;

type QueryPart<Query> = [Query] extends [never]
  ? { query?: undefined }
  : Record<never, never> extends Query
    ? { query?: Query }
    : { query: Query };

type IdempotencyPart<Name extends RouteName> = Routes[Name] extends { takesIdempotencyKey: true }
  ? {
      /** Makes the call repeatable: it is sent again when the connection breaks before the response. */
      idempotencyKey?: string;
    }
  : { idempotencyKey?: undefined };

interface RequestControl {
  /** Rejects the call with the signal's reason. */
  signal?: AbortSignal;
}

/**
 * What a call of this route takes: exactly its path params, its query and its body, with the types that the contract's
 * schemas accept.
 */
export type RequestOf<Name extends RouteName> = Name extends RouteName
  ? Required<'params', SchemaOf<Name, 'params'>> &
      BodyPart<Name> &
      QueryPart<QueryInput<Name>> &
      IdempotencyPart<Name> &
      RequestControl
  : never;

/** The last argument of a call: optional if the route requires nothing. */
export type RequestArgument<Name extends RouteName> =
  Record<never, never> extends RequestOf<Name> ? [request?: RequestOf<Name>] : [request: RequestOf<Name>];

/** A request as the transport sees it. */
export interface AnyRequest extends RequestControl {
  params?: Record<string, string>;
  query?: Record<string, string | number | boolean | readonly string[] | undefined>;
  body?: unknown;
  idempotencyKey?: string;
}

/** The path and query string of a request. Query values that are undefined are left out; lists are joined by commas. */
export function targetOf(name: RouteName, { params, query = {} }: AnyRequest): string {
  const texts = Object.entries(query).flatMap(([key, value]) =>
    value === undefined ? [] : [[key, String(value)]],
  );
  return pathOf(name, params, Object.fromEntries(texts) as Record<string, string>);
}
