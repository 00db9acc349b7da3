import type * as z from 'zod';
import { CLIENT_VERSION_HEADER, IDEMPOTENCY_KEY_HEADER, idempotencyKey } from '../headers.js';
import type { Route } from '../routes.js';
import type { JsonSchema, JsonSchemas } from './json-schemas.js';

/** Parameters shared by several routes, as components. */
export function sharedParameters(schemas: JsonSchemas): Record<string, unknown> {
  return {
    ClientVersion: {
      name: CLIENT_VERSION_HEADER,
      in: 'header',
      description:
        'The version of the client, such as v2.0.8. A malformed or outdated version is rejected with 400.',
      schema: { type: 'string' },
    },
    IdempotencyKey: {
      name: IDEMPOTENCY_KEY_HEADER,
      in: 'header',
      description:
        'Makes the request safe to retry: the same key from the same caller on the same route always returns the same execution. Reusing a key with a different body is rejected with 422.',
      schema: schemas.of(idempotencyKey),
    },
  };
}

/** Builds the path, query and header parameters of a route. */
export function buildParameters(route: Route, schemas: JsonSchemas): unknown[] {
  return [
    ...parametersIn('path', route.params, schemas),
    ...parametersIn('query', route.query, schemas),
    ...(route.who === 'anyone' ? [] : [{ $ref: '#/components/parameters/ClientVersion' }]),
    ...(route.takesIdempotencyKey ? [{ $ref: '#/components/parameters/IdempotencyKey' }] : []),
  ];
}

function parametersIn(place: 'path' | 'query', schema: z.ZodType | undefined, schemas: JsonSchemas) {
  if (!schema) return [];
  const { properties = {}, required = [] } = schemas.of(schema) as {
    properties?: Record<string, JsonSchema>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, { description, ...property }]) => ({
    name,
    in: place,
    required: place === 'path' || required.includes(name),
    ...(description !== undefined && { description }),
    schema: property,
  }));
}
