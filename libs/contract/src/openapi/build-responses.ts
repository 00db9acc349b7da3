import { PROBLEM_MEDIA_TYPE } from '../problem.js';
import type { Route } from '../routes.js';
import type { JsonSchemas } from './json-schemas.js';

const MEDIA_TYPES: Readonly<Record<Exclude<Route['replyType'], 'empty'>, string>> = {
  json: 'application/json',
  text: 'text/plain',
  html: 'text/html',
  jsonl: 'application/x-ndjson',
  file: '*/*',
};

const REFUSALS: Readonly<Record<number, string>> = {
  400: 'The request is malformed, or the client is outdated.',
  401: 'Who asks is not known.',
  403: 'Who asks may not do this.',
  404: 'There is no such thing.',
  413: 'The body is too large.',
  422: 'The Idempotency-Key was used with another body.',
  429: 'Too many requests, or too many failed logins.',
  500: 'Something went wrong in the gateway.',
  503: 'What the gateway needs is away.',
};

/** Refusals that many routes have, as components: problem+json if `Accept` names JSON, else one line of text. */
export function refusalResponses(): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(REFUSALS).map(([status, description]) => [
      `Refusal${status}`,
      refusal(Number(status), description),
    ]),
  );
}

/** All that a route may answer with, by status. */
export function buildResponses(route: Route, schemas: JsonSchemas): Record<string, unknown> {
  const others = Object.entries(route.otherStatuses ?? {});
  return {
    [route.successStatus]: { description: route.summary, ...contentOf(route, schemas) },
    ...Object.fromEntries(
      usualRefusals(route).map((status) => [status, { $ref: `#/components/responses/Refusal${status}` }]),
    ),
    ...Object.fromEntries(others.map(([status, when]) => [status, otherResponse(Number(status), when)])),
    // The body tells what is away.
    ...(route.path === '/health/ready' && {
      503: { description: route.otherStatuses?.[503], ...contentOf(route, schemas) },
    }),
  };
}

/** What a route refuses because of what it consists of. */
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
      headers: { 'Retry-After': { description: 'Seconds.', schema: { type: 'integer' } } },
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
