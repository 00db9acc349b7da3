import { RunnerRefusedError, RunnerUnavailableError } from '../runner.js';

/** An HTTP response with status 400 or above, with the reason and message of Kubernetes' `Status` object. */
export class KubeStatusError extends Error {
  override readonly name = 'KubeStatusError';

  constructor(
    readonly status: number,
    /** Kubernetes' machine-readable reason, e.g. `AlreadyExists`; empty if the response has none. */
    readonly reason: string,
    message: string,
  ) {
    super(message);
  }
}

/** No response: connection refused or dropped, name not resolved, timeout, or credentials not available. */
export class KubeUnreachableError extends Error {
  override readonly name = 'KubeUnreachableError';
}

/** Reads the `Status` object that Kubernetes sends with an error. Proxies in between may send any other body. */
export function toStatusError(status: number, body: string): KubeStatusError {
  try {
    const parsed = JSON.parse(body) as { reason?: unknown; message?: unknown } | null;
    if (typeof parsed?.message === 'string') {
      return new KubeStatusError(
        status,
        typeof parsed.reason === 'string' ? parsed.reason : '',
        parsed.message,
      );
    }
  } catch {
    // Not JSON: use the text as it is.
  }
  return new KubeStatusError(status, '', body.trim().slice(0, 500) || `HTTP ${status}`);
}

export type ApiOutcome = 'exists' | 'not-found' | 'transient' | 'refused';

/** A 404 for the namespace is a refusal: no object can exist in it, and no retry will change that. */
export function classifyError(error: KubeStatusError | KubeUnreachableError): ApiOutcome {
  if (error instanceof KubeUnreachableError) return 'transient';
  const { status, reason, message } = error;
  if (status === 409) return reason === 'AlreadyExists' ? 'exists' : 'transient';
  if (status === 404) return /^namespaces? "/.test(message) ? 'refused' : 'not-found';
  // 401: a token is being rotated. 408 and 429 are temporary by definition. 410 occurs for lists and watches only.
  if ([401, 408, 410, 429].includes(status) || status >= 500) return 'transient';
  // A quota has room again once other Jobs are gone. The caller bounds how long it waits.
  if (status === 403 && message.includes('exceeded quota')) return 'transient';
  return 'refused';
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
  return classifyError(error) === 'transient'
    ? new RunnerUnavailableError(`Kubernetes did not ${what}: ${reason}`, options)
    : new RunnerRefusedError(`Kubernetes refused to ${what}: ${reason}`, options);
}
