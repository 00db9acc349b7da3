import { GatewayError } from './gateway-error.js';

/** No response, or one that was cut off. `error`: what `fetch` or a WebSocket failed with. */
export function unreachable(baseUrl: string, error: unknown, timeoutMs: number): GatewayError {
  const reason = reasonOf(error, timeoutMs);
  return new GatewayError(
    'unreachable',
    'unavailable',
    `Cannot reach the gateway at ${baseUrl}: ${reason}.`,
    {
      cause: error,
    },
  );
}

/** Codes of Node's errors and of its `fetch`. */
const REASONS: Record<string, string> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection reset',
  EPIPE: 'connection closed',
  ENOTFOUND: 'host not found',
  EAI_AGAIN: 'the host name could not be resolved',
  EHOSTUNREACH: 'no route to the host',
  ENETUNREACH: 'the network is unreachable',
  ETIMEDOUT: 'the connection timed out',
  UND_ERR_SOCKET: 'the connection closed before the response was complete',
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

/** The first understandable reason in the chain of causes. */
function reasonOf(error: unknown, timeoutMs: number): string {
  let message = 'unknown reason';
  for (let next = error, depth = 0; typeof next === 'object' && next !== null && depth < 5; depth++) {
    const failure: Failure = next;
    if (failure.name === 'TimeoutError') return `no response within ${timeoutMs / 1000} seconds`;
    const { code } = failure;
    if (typeof code === 'string') {
      return REASONS[code] ?? (code.startsWith('HPE_') ? 'it does not speak HTTP' : code);
    }
    if (typeof failure.message === 'string' && failure.message !== '') message = failure.message;
    next = failure.errors?.[0] ?? failure.cause;
  }
  return message;
}
