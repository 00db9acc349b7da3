import { RunnerRefusedError, RunnerRefusedForNowError, RunnerUnavailableError } from '../runner.js';
import { classifyRefusal } from './classify-refusal.js';

/** An HTTP response with status 400 or above, with the reason and message of Kubernetes' `Status` object. */
export class KubeStatusError extends Error {
  override readonly name = 'KubeStatusError';

  constructor(
    readonly status: number,
    /** Kubernetes' machine-readable reason, e.g. `AlreadyExists`; empty if the response has none. */
    readonly reason: string,
    message: string,
    /** When the API server wants to be asked again; null: it does not say. */
    readonly retryAfterMs: number | null = null,
  ) {
    super(message);
  }
}

/** No response: connection refused or dropped, name not resolved, timeout, or credentials not available. */
export class KubeUnreachableError extends Error {
  override readonly name: string = 'KubeUnreachableError';
}

/** The API server was silent for too long. */
export class KubeTimeoutError extends KubeUnreachableError {
  override readonly name = 'KubeTimeoutError';
}

/** Reads the `Status` object that Kubernetes sends with an error. Proxies in between may send any other body. */
export function toStatusError(status: number, body: string, retryAfter?: string): KubeStatusError {
  const seconds = /^\d{1,6}$/.test(retryAfter ?? '') ? Number(retryAfter) : null;
  const retryAfterMs = seconds === null ? null : seconds * 1000;
  try {
    const parsed = JSON.parse(body) as { reason?: unknown; message?: unknown } | null;
    if (typeof parsed?.message === 'string') {
      return new KubeStatusError(
        status,
        typeof parsed.reason === 'string' ? parsed.reason : '',
        parsed.message,
        retryAfterMs,
      );
    }
  } catch {
    // Not JSON: use the text as it is.
  }
  return new KubeStatusError(status, '', body.trim().slice(0, 500) || `HTTP ${status}`, retryAfterMs);
}

/**
 * `unanswered`: the API server is away or busy, so nothing is known about the request. `refused for now`: it has
 * refused the request, and may accept the same one later. `refused`: it will refuse the same request again.
 */
export type ApiOutcome = 'exists' | 'not-found' | 'unanswered' | 'refused for now' | 'refused';

/** A 404 for the namespace is a refusal: no object can exist in it, and no retry will change that. */
export function classifyError(error: KubeStatusError | KubeUnreachableError): ApiOutcome {
  if (error instanceof KubeUnreachableError) return 'unanswered';
  const { status, reason, message } = error;
  if (status === 409 && reason === 'AlreadyExists') return 'exists';
  if (status === 404) return /^namespaces? "/.test(message) ? 'refused' : 'not-found';
  return classifyRefusal(error);
}

export interface FailedRequest {
  /** What was attempted, e.g. `create Job proctor-a-1`. */
  what: string;
  /** The request carried Secret values, which the response may echo: leave out its text. */
  isConfidential?: boolean;
}

/** Maps a failed request to the port's error. Any other error (a bug) is returned unchanged. */
export function toRunnerError(error: unknown, { what, isConfidential = false }: FailedRequest): unknown {
  if (!(error instanceof KubeStatusError) && !(error instanceof KubeUnreachableError)) return error;
  const isStatus = error instanceof KubeStatusError;
  const reason = isStatus && isConfidential ? `HTTP ${error.status} ${error.reason}`.trim() : error.message;
  const options = isStatus && isConfidential ? undefined : { cause: error };
  switch (classifyError(error)) {
    case 'unanswered':
      return new RunnerUnavailableError(`Kubernetes did not ${what}: ${reason}`, options);
    case 'refused for now':
      return new RunnerRefusedForNowError(reason, options);
    default:
      return new RunnerRefusedError(`Kubernetes refused to ${what}: ${reason}`, options);
  }
}
