/**
 * The error that Proctor's code throws for an expected failure that the caller should see. Each edge (HTTP status, CLI
 * exit code, retry or final) has one total map over `ErrorCode`. Any other error is a bug.
 */
export const ERROR_CODES = [
  'malformed_request',
  'invalid_args',
  'outdated_client',
  'unauthenticated',
  'forbidden',
  'not_found',
  'conflict',
  'too_large',
  'idempotency_key_reused',
  'too_many_requests',
  'unavailable',
  'internal',
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];

export interface ErrorOptionsOfApp {
  /** What to do next, in one sentence. */
  hint?: string;
  /** One entry per problem, e.g. per argument. */
  details?: readonly ErrorDetail[];
  /** The exact line that v2 clients expect, instead of one built from the message, details and hint. */
  plainText?: string;
  /** After which a repeat can succeed. */
  retryAfterSeconds?: number;
  cause?: unknown;
}

export interface ErrorDetail {
  /** The invalid field, argument or variable. */
  field: string;
  message: string;
}

export class AppError extends Error {
  override readonly name = 'AppError';
  readonly hint: string | undefined;
  readonly details: readonly ErrorDetail[];
  readonly plainText: string | undefined;
  readonly retryAfterSeconds: number | undefined;

  constructor(
    readonly code: ErrorCode,
    message: string,
    { hint, details = [], plainText, retryAfterSeconds, cause }: ErrorOptionsOfApp = {},
  ) {
    super(message, cause === undefined ? undefined : { cause });
    this.hint = hint;
    this.details = details;
    this.plainText = plainText;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}
