import { ERROR_CODES, type AppError, type ErrorCode } from '@app/domain';
import * as z from 'zod';
import { MAX_PROBLEMS } from './bounded.js';

/** RFC 9457 problem. Sent when the request's `Accept` names JSON. Other requests get `detail` as one line of text. */
export const PROBLEM_MEDIA_TYPE = 'application/problem+json';

export const problem = z.object({
  /** `urn:proctor:problem:<error code>`; `errorCodeOf` reads it back. */
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  /** What to do next. */
  hint: z.string().optional(),
  /** At most 100. */
  errors: z.array(z.object({ field: z.string(), message: z.string() })).optional(),
  /** How many problems were found that `errors` does not list. Omitted: none. */
  more_errors: z.int().optional(),
});
export type Problem = z.output<typeof problem>;

const TYPE_PREFIX = 'urn:proctor:problem:';

const TITLES: Record<ErrorCode, string> = {
  malformed_request: 'Malformed request',
  invalid_args: 'Invalid arguments',
  outdated_client: 'Outdated client',
  unauthenticated: 'Not signed in',
  forbidden: 'Not allowed',
  not_found: 'Not found',
  conflict: 'Conflict',
  too_large: 'Too large',
  idempotency_key_reused: 'Idempotency key reused',
  too_many_requests: 'Too many requests',
  unavailable: 'Unavailable',
  internal: 'Internal error',
};

/** Builds the wire form of an error, to be sent with this HTTP status. */
export function problemFromError(error: AppError, status: number): Problem {
  return {
    type: TYPE_PREFIX + error.code,
    title: TITLES[error.code],
    status,
    detail: error.message,
    ...(error.hint !== undefined && { hint: error.hint }),
    ...(error.details.length > 0 && {
      errors: error.details.slice(0, MAX_PROBLEMS).map(({ field, message }) => ({ field, message })),
    }),
    ...(error.details.length > MAX_PROBLEMS && { more_errors: error.details.length - MAX_PROBLEMS }),
  };
}

/** Returns the error code in a problem's `type`, or null if the type is not one of ours. */
export function errorCodeOf({ type }: Pick<Problem, 'type'>): ErrorCode | null {
  return ERROR_CODES.find((code) => type === TYPE_PREFIX + code) ?? null;
}
