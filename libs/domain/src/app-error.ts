/**
 * The one error that Proctor's own code throws for a refusal that somebody must be told about. Each edge
 * (HTTP status, CLI exit code, retry or final) has one total map over `ErrorCode`; anything else is a bug.
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
  /** What to do next, one sentence for the person who sees it. */
  hint?: string;
  /** One entry per thing that is wrong, e.g. per argument. */
  details?: readonly ErrorDetail[];
  /** The exact line for clients of v2, in place of one that is made of message, details and hint. */
  plainText?: string;
  cause?: unknown;
}

export interface ErrorDetail {
  /** The field, argument or variable that is wrong. */
  field: string;
  message: string;
}

export class AppError extends Error {
  override readonly name = 'AppError';
  readonly hint: string | undefined;
  readonly details: readonly ErrorDetail[];
  readonly plainText: string | undefined;

  constructor(
    readonly code: ErrorCode,
    message: string,
    { hint, details = [], plainText, cause }: ErrorOptionsOfApp = {},
  ) {
    super(message, cause === undefined ? undefined : { cause });
    this.hint = hint;
    this.details = details;
    this.plainText = plainText;
  }
}
