import type { ErrorCode } from '@app/domain';

/** The HTTP status of each error code. */
export const HTTP_STATUS: Record<ErrorCode, number> = {
  malformed_request: 400,
  invalid_args: 400,
  outdated_client: 400,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  too_large: 413,
  idempotency_key_reused: 422,
  too_many_requests: 429,
  unavailable: 503,
  internal: 500,
};

/** For errors that a client can simply retry. */
export const RETRY_AFTER_SECONDS: Partial<Record<ErrorCode, number>> = {
  too_many_requests: 5,
  unavailable: 2,
};
