import { EMAIL_HEADER, TOKEN_HEADER } from '../headers.js';
import { routes, scopeOf, type Route } from '../routes.js';
import { buildParameters, sharedParameters } from './build-parameters.js';
import { buildResponses, refusalResponses } from './build-responses.js';
import { JsonSchemas } from './json-schemas.js';
import { REPLY_SCHEMAS, REQUEST_SCHEMAS } from './named-schemas.js';

export interface OpenApiOptions {
  /** The gateway's version. */
  version: string;
  /** The public URL of the API. Defaults to the URL the document was loaded from. */
  serverUrl?: string | undefined;
}

export interface OpenApiDocument extends Record<string, unknown> {
  openapi: string;
  /** Keyed by path, then by lower-case method. */
  paths: Record<string, Record<string, unknown>>;
}

/** Builds the OpenAPI 3.1 document of all routes. */
export function buildOpenApi({ version, serverUrl = '.' }: OpenApiOptions): OpenApiDocument {
  const requests = new JsonSchemas('input', REQUEST_SCHEMAS);
  const replies = new JsonSchemas('output', REPLY_SCHEMAS);
  const all: [string, Route][] = Object.entries(routes);
  const paths: OpenApiDocument['paths'] = {};
  for (const [name, route] of all) {
    const path = route.path.replace(/:(\w+)/g, '{$1}');
    (paths[path] ??= {})[route.method.toLowerCase()] = buildOperation(name, route, requests, replies);
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Proctor', version, description: DESCRIPTION },
    servers: [{ url: serverUrl }],
    tags: [...new Set(all.map(([, route]) => tagOf(route)))].map((name) => ({ name })),
    paths,
    components: {
      schemas: { ...requests.components(), ...replies.components() },
      parameters: sharedParameters(requests),
      responses: refusalResponses(),
      securitySchemes: SECURITY_SCHEMES,
    },
  };
}

function buildOperation(operationId: string, route: Route, requests: JsonSchemas, replies: JsonSchemas) {
  return {
    operationId,
    tags: [tagOf(route)],
    summary: route.summary,
    ...(route.description !== undefined && { description: route.description }),
    security: securityOf(route),
    parameters: buildParameters(route, requests),
    ...(route.body && {
      requestBody: {
        required: route.isBodyOptional !== true,
        content: { 'application/json': { schema: requests.of(route.body) } },
      },
    }),
    responses: buildResponses(route, replies),
  };
}

/** Names the scope that the token needs as a role, which OpenAPI 3.1 allows for every scheme. */
function securityOf(route: Route) {
  const scope = scopeOf(route);
  if (scope === null) return [];
  return [{ emailId: [], accessToken: [scope] }, { bearer: [scope] }, { session: [scope] }];
}

/** Returns the first segment of the path, without a file extension. */
function tagOf({ path }: Route): string {
  return /^\/([a-z]+)/.exec(path)?.[1] ?? 'docs';
}

const SECURITY_SCHEMES = {
  emailId: {
    type: 'apiKey',
    in: 'header',
    name: EMAIL_HEADER,
    description: 'Sent together with Access-Token.',
  },
  accessToken: {
    type: 'apiKey',
    in: 'header',
    name: TOKEN_HEADER,
    description: 'Sent together with Email-Id.',
  },
  bearer: {
    type: 'http',
    scheme: 'bearer',
    description: 'A Proctor access token, or a token from the OpenID Connect issuer.',
  },
  session: {
    type: 'apiKey',
    in: 'cookie',
    name: '__Host-proctor',
    description: 'Set by POST /session, for browsers; on http and loopback its name is proctor.',
  },
};

const DESCRIPTION = [
  'Run procs and follow their logs live.',
  'Errors are RFC 9457 problems if `Accept` names JSON, a page if it names HTML, otherwise one line of text.',
  'The roles of a security requirement are the scope that the token needs: read, execute or admin, each with the ones before it.',
  'Every response has an `x-request-id`. Times are RFC 3339. Ids of executions and schedules are integers up to 2^53-1.',
].join(' ');
