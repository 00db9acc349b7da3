import { errorCodeOf, parseJson, problem } from '@app/contract';
import type { ErrorCode } from '@app/domain';
import { GatewayError } from './gateway-error.js';
import type { Identity } from './identity.js';
import { unreachableFor } from './unreachable.js';

/** A complete HTTP response. */
export interface Answer {
  status: number;
  /** Empty if the response does not state it. */
  contentType: string;
  location: string | null;
  /** The header `Retry-After`; null: none. */
  retryAfter?: string | null;
  /** The header `X-Request-Id`; null: none. */
  requestId?: string | null;
  body: string;
}

export interface RequestFacts {
  baseUrl: string;
  /** How the request was signed. */
  scheme: Identity['scheme'];
}

/** The error that a response other than 2xx stands for. */
export function readFailure(answer: Answer, { baseUrl, scheme }: RequestFacts): GatewayError {
  const { status, location } = answer;
  const requestId = answer.requestId ?? undefined;
  if (status >= 300 && status <= 399) {
    const target = location === null ? '' : ` to ${location}`;
    return new GatewayError(
      'redirected',
      'unavailable',
      `${baseUrl} answered with a redirect (${status})${target}.`,
    );
  }
  if (status === 400 && PLAIN_TO_TLS.test(answer.body)) {
    const advice = 'Use https:// in its address.';
    return unreachableFor(baseUrl, { reason: 'it speaks TLS on this port, and was sent plain HTTP', advice });
  }
  const parsed = isJson(answer.contentType) ? problem.safeParse(tryParseJson(answer.body)) : null;
  if (parsed?.success) {
    const { detail, title, hint, errors = [], more_errors: more } = parsed.data;
    const code = errorCodeOf(parsed.data) ?? codeForStatus(status);
    const details = more ? [...errors, { field: '…', message: `and ${more} more` }] : errors;
    return new GatewayError('refused', code, detail || title, { hint, details, scheme, requestId });
  }
  const code = codeForStatus(status);
  const line = answer.body.trim();
  const isOneLine = answer.contentType.startsWith('text/plain') && /^[^\n]{1,500}$/.test(line);
  if (isOneLine) return new GatewayError('refused', code, line, { scheme, requestId });
  // Anything between the client and the gateway may answer with a page of its own.
  const kind = answer.contentType.includes('html') ? 'unexpected_reply' : 'refused';
  return new GatewayError(kind, code, `${baseUrl} answered ${status} with ${describeBody(answer)}.`, {
    scheme,
    requestId,
  });
}

/** What nginx and Go answer to plain HTTP on a port for TLS. */
const PLAIN_TO_TLS = /plain HTTP request was sent to HTTPS port|HTTP request to an HTTPS server/i;

/** A 2xx response that breaks the contract: another server, a proxy's page, a truncated body. */
export function unexpectedReply(answer: Answer, baseUrl: string): GatewayError {
  return new GatewayError(
    'unexpected_reply',
    'unavailable',
    `${baseUrl} answered ${answer.status} with ${describeBody(answer)} instead of a Proctor gateway's reply.`,
  );
}

function codeForStatus(status: number): ErrorCode {
  switch (status) {
    case 401:
      return 'unauthenticated';
    case 403:
      return 'forbidden';
    case 404:
      return 'not_found';
    case 409:
      return 'conflict';
    case 413:
      return 'too_large';
    case 422:
      return 'idempotency_key_reused';
    case 429:
      return 'too_many_requests';
    case 502:
    case 503:
    case 504:
      return 'unavailable';
    default:
      return status >= 500 ? 'internal' : 'malformed_request';
  }
}

function describeBody({ contentType, body }: Answer): string {
  if (body.trim() === '') return 'an empty body';
  if (contentType.includes('html')) return 'a web page';
  if (isJson(contentType)) return tryParseJson(body) === undefined ? 'broken JSON' : 'unexpected JSON';
  return contentType === '' ? 'a body without a content type' : `a body of type ${contentType.split(';')[0]}`;
}

function isJson(contentType: string): boolean {
  return /^application\/([a-z.]+\+)?json\b/.test(contentType);
}

/** Undefined: not JSON. */
export function tryParseJson(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}
