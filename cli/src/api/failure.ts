import { errorCodeOf, problem } from '@app/contract';
import { AppError, type ErrorCode } from '@app/domain';

/** A whole HTTP answer. */
export interface Answer {
  status: number;
  contentType: string;
  location: string | null;
  body: string;
}

const WRONG_PLACE = 'Check PROCTOR_HOST with `proctor config show`: is it the Proctor gateway?';

const HINTS: Partial<Record<ErrorCode, string>> = {
  unauthenticated: 'Check EMAIL_ID and ACCESS_TOKEN: `proctor config show`, then `proctor config`.',
  forbidden:
    '`proctor whoami` shows your groups; ask an administrator for membership in those that are missing.',
  outdated_client: 'Install a newer proctor CLI.',
  too_many_requests: 'Try again in a while.',
  unavailable: 'Try again in a while.',
  internal: 'Try again; if it stays, tell the people who run this gateway.',
};

/** An answer other than 2xx as the refusal it stands for. */
export function failureFromAnswer(answer: Answer, baseUrl: string): AppError {
  if (answer.status >= 300 && answer.status <= 399) {
    const target = answer.location === null ? '' : ` to ${answer.location}`;
    return new AppError('unavailable', `${baseUrl} answered ${answer.status}, a redirect${target}.`, {
      hint: 'Set PROCTOR_HOST to where the gateway really is; redirects are not followed.',
    });
  }
  const parsed = isJson(answer.contentType) ? problem.safeParse(parseJson(answer.body)) : null;
  if (parsed?.success) {
    const code = errorCodeOf(parsed.data) ?? codeForStatus(answer.status);
    return new AppError(code, parsed.data.detail || parsed.data.title, {
      hint: parsed.data.hint ?? HINTS[code],
      details: parsed.data.errors,
    });
  }
  const line = answer.body.trim();
  const isOneLine = answer.contentType.startsWith('text/plain') && /^[^\n]{1,500}$/.test(line);
  const code = codeForStatus(answer.status);
  if (isOneLine) return new AppError(code, line, { hint: HINTS[code] });
  return new AppError(code, `${baseUrl} answered ${answer.status} with ${describeBody(answer)}.`, {
    hint: answer.contentType.includes('html') ? WRONG_PLACE : (HINTS[code] ?? WRONG_PLACE),
  });
}

/** A 2xx answer that is not what the contract promises: another server, a proxy's page, a cut body. */
export function unexpectedAnswer(answer: Answer, baseUrl: string): AppError {
  const message = `${baseUrl} answered ${answer.status} with ${describeBody(answer)}, not with what a Proctor gateway sends.`;
  return new AppError('unavailable', message, { hint: WRONG_PLACE });
}

/** No answer at all, or one that was cut off. `error`: what fetch or a WebSocket failed with. */
export function unreachable(baseUrl: string, error: unknown, timeoutMs: number): AppError {
  const reason = reasonOf(error, timeoutMs);
  return new AppError('unavailable', `The gateway at ${baseUrl} can't be reached: ${reason}.`, {
    hint: 'Is it running (`npm run status`), and is PROCTOR_HOST right (`proctor config show`)?',
    cause: error,
  });
}

const REASONS: Record<string, string> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'the connection was reset',
  EPIPE: 'the connection was closed',
  ENOTFOUND: 'no such host',
  EAI_AGAIN: 'the host name could not be looked up',
  EHOSTUNREACH: 'no route to the host',
  ENETUNREACH: 'the network is unreachable',
  ETIMEDOUT: 'the connection timed out',
  UND_ERR_SOCKET: 'the connection was closed in the middle of the answer',
  UND_ERR_CONNECT_TIMEOUT: 'the connection timed out',
  HPE_INVALID_CONSTANT: 'it does not speak HTTP',
  ERR_SSL_WRONG_VERSION_NUMBER: 'it does not speak TLS (use http://)',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is self-signed',
};

interface Failure {
  name?: unknown;
  code?: unknown;
  message?: unknown;
  cause?: unknown;
  /** One per address that was tried. */
  errors?: unknown[];
}

/** The first thing in the chain of causes that people understand. */
function reasonOf(error: unknown, timeoutMs: number): string {
  let message = 'unknown reason';
  for (let next = error, depth = 0; typeof next === 'object' && next !== null && depth < 5; depth++) {
    const failure: Failure = next;
    if (failure.name === 'TimeoutError') return `no answer within ${timeoutMs / 1000} seconds`;
    const { code } = failure;
    if (typeof code === 'string') {
      return REASONS[code] ?? (code.startsWith('HPE_') ? 'it does not speak HTTP' : code);
    }
    if (typeof failure.message === 'string' && failure.message !== '') message = failure.message;
    next = failure.errors?.[0] ?? failure.cause;
  }
  return message;
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
  if (isJson(contentType)) return parseJson(body) === undefined ? 'broken JSON' : 'JSON of another shape';
  return contentType === '' ? 'a body of no stated type' : `a body of type ${contentType.split(';')[0]}`;
}

function isJson(contentType: string): boolean {
  return /^application\/([a-z.]+\+)?json\b/.test(contentType);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
