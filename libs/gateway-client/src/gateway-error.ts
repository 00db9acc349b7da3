import { AppError, type ErrorCode, type ErrorDetail } from '@app/domain';
import type { Identity } from './identity.js';

/**
 * What went wrong:
 * - `refused`: the gateway answered with an error
 * - `redirected`: the server answered with a redirect, which is not followed
 * - `unexpected_reply`: the answer is not what a Proctor gateway sends
 * - `unreachable`: no answer, or a connection that broke
 * - `log_lost`: the log stream broke, and every attempt to reopen it failed
 * - `end_unknown`: the log has ended, but the execution's final status could not be read in time
 */
export type FailureKind =
  'refused' | 'redirected' | 'unexpected_reply' | 'unreachable' | 'log_lost' | 'end_unknown';

interface GatewayErrorOptions {
  /** What the gateway suggests, or what to do about a connection. Else the next step depends on the user interface. */
  hint?: string;
  details?: readonly ErrorDetail[];
  cause?: unknown;
  scheme?: Identity['scheme'];
  executionId?: string;
  requestId?: string;
}

/** Every failure of a `GatewayClient`: facts, from which a user interface derives its advice. */
export class GatewayError extends AppError {
  /** Of `refused`: how the request was signed. */
  readonly scheme: Identity['scheme'] | undefined;
  /** Of `log_lost` and `end_unknown`. */
  readonly executionId: string | undefined;
  /** Of `refused`: names the request in the gateway's log. */
  readonly requestId: string | undefined;

  constructor(
    readonly kind: FailureKind,
    code: ErrorCode,
    message: string,
    { scheme, executionId, requestId, ...options }: GatewayErrorOptions = {},
  ) {
    super(code, message, options);
    this.scheme = scheme;
    this.executionId = executionId;
    this.requestId = requestId;
  }
}
