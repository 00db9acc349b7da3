import { PROBLEM_MEDIA_TYPE } from '../problem.js';
import type { Route } from '../routes.js';
import type { JsonSchemas } from './json-schemas.js';

const MEDIA_TYPES: Readonly<Record<Exclude<Route['replyType'], 'empty'>, string>> = {
  json: 'application/json',
  text: 'text/plain',
  html: 'text/html',
  jsonl: 'application/x-ndjson',
  events: 'text/event-stream',
  file: '*/*',
};

const REFUSALS: Readonly<Record<number, string>> = {
  400: 'The request is malformed or the client is outdated.',
  401: 'The credentials are missing or invalid.',
  403: 'The caller is not allowed to do this.',
  404: 'Not found.',
  413: 'The body is too large.',
  422: 'The Idempotency-Key was already used with a different body.',
  429: 'Too many requests or failed sign-ins.',
  500: 'Internal error in the gateway.',
  503: 'A dependency of the gateway is unavailable.',
};

/** Error responses shared by many routes, as components: problem+json if `Accept` names JSON, otherwise one line of text. */
export function refusalResponses(): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(REFUSALS).map(([status, description]) => [
      `Refusal${status}`,
      refusal(Number(status), description),
    ]),
  );
}

/** Builds every response of a route, keyed by status. */
export function buildResponses(route: Route, schemas: JsonSchemas): Record<string, unknown> {
  const others = Object.entries(route.otherStatuses ?? {});
  return {
    [route.successStatus]: { description: route.summary, ...contentOf(route, schemas) },
    ...Object.fromEntries(
      usualRefusals(route).map((status) => [status, { $ref: `#/components/responses/Refusal${status}` }]),
    ),
    ...Object.fromEntries(others.map(([status, when]) => [status, otherResponse(Number(status), when)])),
    // The body says which dependency is unavailable.
    ...(route.path === '/health/ready' && {
      503: { description: route.otherStatuses?.[503], ...contentOf(route, schemas) },
    }),
  };
}

/** The error statuses that follow from the shape of a route. */
function usualRefusals(route: Route): number[] {
  const isKnown = route.who !== 'anyone';
  const canBeWrong = isKnown || route.params || route.query || route.body;
  return [
    ...(canBeWrong ? [400] : []),
    ...(isKnown ? [401] : []),
    ...(route.who === 'admin' || (isKnown && route.params) ? [403] : []),
    ...(route.params ? [404] : []),
    ...(route.body ? [413] : []),
    ...(route.takesIdempotencyKey ? [422] : []),
    ...(isKnown ? [429, 503] : []),
    500,
  ];
}

/** Of draft-ietf-httpapi-ratelimit-headers-12. */
const RATE_HEADERS = {
  'RateLimit-Policy': {
    description: 'The limits: `q` requests, which come back within `w` seconds.',
    schema: { type: 'string', examples: ['"requests";q=1000;w=10'] },
  },
  RateLimit: {
    description: 'What is left: `r` requests now, and all of them after `t` seconds.',
    schema: { type: 'string', examples: ['"requests";r=998;t=1'] },
  },
};

function otherResponse(status: number, when: string): unknown {
  return status >= 400 ? refusal(status, when) : { description: when };
}

function refusal(status: number, description: string) {
  return {
    description,
    ...(status === 401 && {
      headers: { 'WWW-Authenticate': { schema: { type: 'string' } } },
    }),
    ...((status === 429 || status === 503) && {
      headers: {
        'Retry-After': { description: 'Seconds.', schema: { type: 'integer' } },
        ...(status === 429 && RATE_HEADERS),
      },
    }),
    content: {
      [PROBLEM_MEDIA_TYPE]: { schema: { $ref: '#/components/schemas/Problem' } },
      'text/plain': { schema: { type: 'string' } },
    },
  };
}

function contentOf({ reply, replyType }: Route, schemas: JsonSchemas) {
  if (reply === null || replyType === 'empty') return {};
  return { content: { [MEDIA_TYPES[replyType]]: { schema: schemas.of(reply) } } };
}
