import { RunnerRefusedError, RunnerUnavailableError } from '../runner.js';

/** An HTTP answer of 400 or more, with what Kubernetes' `Status` object says. */
export class KubeStatusError extends Error {
  override readonly name = 'KubeStatusError';

  constructor(
    readonly status: number,
    /** Kubernetes' machine-readable reason, e.g. `AlreadyExists`; empty if there was none. */
    readonly reason: string,
    message: string,
  ) {
    super(message);
  }
}

/** No answer: refused or cut connection, name not resolved, time ran out, credentials could not be made. */
export class KubeUnreachableError extends Error {
  override readonly name = 'KubeUnreachableError';
}

/** Reads the `Status` object that Kubernetes sends with an error; proxies in between may send anything. */
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
    // Not JSON: the text itself is all there is.
  }
  return new KubeStatusError(status, '', body.trim().slice(0, 500) || `HTTP ${status}`);
}

export type ApiOutcome = 'exists' | 'not-found' | 'transient' | 'refused';

/** 404 of the namespace is a refusal: the object cannot be there, and no retry will change that. */
export function classifyError(error: KubeStatusError | KubeUnreachableError): ApiOutcome {
  if (error instanceof KubeUnreachableError) return 'transient';
  const { status, reason, message } = error;
  if (status === 409) return reason === 'AlreadyExists' ? 'exists' : 'transient';
  if (status === 404) return /^namespaces? "/.test(message) ? 'refused' : 'not-found';
  // 401: a token in rotation. 408 and 429 say themselves that they pass; 410 is of lists and watches only.
  if ([401, 408, 410, 429].includes(status) || status >= 500) return 'transient';
  // A quota has room again when other Jobs are gone; the caller bounds how long it waits for that.
  if (status === 403 && message.includes('exceeded quota')) return 'transient';
  return 'refused';
}

export interface FailedRequest {
  /** What was tried, e.g. `create Job proctor-a-1`. */
  what: string;
  /** The request carried Secret values, which an answer may repeat: leave its text out. */
  isConfidential?: boolean;
}

/** The port's error for a failed request. Anything that is not a failed request (a bug) comes back as it is. */
export function toRunnerError(error: unknown, { what, isConfidential = false }: FailedRequest): unknown {
  if (!(error instanceof KubeStatusError) && !(error instanceof KubeUnreachableError)) return error;
  const isStatus = error instanceof KubeStatusError;
  const told = isStatus && isConfidential ? `HTTP ${error.status} ${error.reason}`.trim() : error.message;
  const options = isStatus && isConfidential ? undefined : { cause: error };
  return classifyError(error) === 'transient'
    ? new RunnerUnavailableError(`Kubernetes did not ${what}: ${told}`, options)
    : new RunnerRefusedError(`Kubernetes refused to ${what}: ${told}`, options);
}
