/** Why a server could not be reached, in words. */
export interface NetworkFailure {
  /** A clause about the server: "its certificate has expired". Quotes nothing of the request. */
  reason: string;
  /** What to do next, in one or two sentences. Undefined: the reason says it all. */
  advice?: string;
}

/** An error that knows its words, such as that of a proxy. */
export class NetworkError extends Error {
  override readonly name = 'NetworkError';

  constructor(
    readonly failure: NetworkFailure,
    options?: ErrorOptions,
  ) {
    super(failure.reason, options);
  }
}

/**
 * The first understandable reason in an error of Node's network modules, of `fetch` or of a WebSocket. Pure.
 * @param address of the server, with `http:` or `https:`
 * @param timeoutMs what its time-outs stand for
 */
export function explainNetworkError(error: unknown, address: string, timeoutMs?: number): NetworkFailure {
  let reason = 'unknown reason';
  for (let next = error, depth = 0; typeof next === 'object' && next !== null && depth < 5; depth++) {
    if (next instanceof NetworkError) return next.failure;
    const { name, code, message, errors, cause }: Failure = next;
    if (name === 'TimeoutError' && timeoutMs !== undefined) {
      return { reason: `no response within ${timeoutMs / 1000} seconds` };
    }
    if (typeof code === 'string') return explainCode(code, next, /^http:/i.test(address));
    if (typeof message === 'string' && message !== '') reason = message;
    next = errors?.[0] ?? cause;
  }
  return { reason };
}

interface Failure {
  name?: unknown;
  code?: unknown;
  message?: unknown;
  cause?: unknown;
  /** One per address that was tried. */
  errors?: unknown[];
  /** Of a certificate for other names. */
  cert?: { subjectaltname?: unknown };
}

function explainCode(code: string, failure: Failure, isPlain: boolean): NetworkFailure {
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return explainWrongName(failure);
  if (code === 'ECONNRESET' && /before secure TLS connection/.test(String(failure.message))) {
    return { reason: 'it closed the connection during the TLS handshake', advice: CLOSED_HANDSHAKE };
  }
  // A TLS server that is sent plain HTTP answers with something else, or hangs up.
  if (code.startsWith('HPE_'))
    return { reason: 'it does not speak HTTP', advice: isPlain ? TRY_TLS : undefined };
  if (isPlain && (code === 'ECONNRESET' || code === 'UND_ERR_SOCKET')) {
    return { reason: REASONS[code] ?? code, advice: TRY_TLS };
  }
  const isNotTls = code === 'EPROTO' && /wrong version number|packet length/i.test(String(failure.message));
  const tls = TLS_FAILURES[isNotTls ? 'ERR_SSL_WRONG_VERSION_NUMBER' : code];
  if (tls) return { reason: tls[0], advice: tls[1] };
  if (/^(ERR_SSL_|ERR_TLS_|ERR_OSSL_|EPROTO)/.test(code))
    return { reason: `the TLS handshake failed (${code})`, advice: REFUSED_HANDSHAKE };
  if (/^(CERT_|CRL_|UNABLE_TO_|INVALID_|PATH_LENGTH_|AKID_|ERROR_IN_|HOSTNAME_)/.test(code)) {
    return {
      reason: `its certificate was rejected (${code})`,
      advice: 'Ask the operators of the server to check its certificate.',
    };
  }
  return { reason: REASONS[code] ?? code };
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
};

const TRY_TLS = 'If the server speaks TLS on this port, use https:// in its address.';
const USE_PLAIN = 'Use http:// in its address, or the port on which the server speaks TLS.';
const TRUST_AUTHORITY =
  'If you trust that authority, set PROCTOR_CA_FILE to the path of its certificate (PEM).';
const TRUST_CERTIFICATE =
  'If you trust the server, set PROCTOR_CA_FILE to the path of its certificate (PEM).';
const CLOSED_HANDSHAKE =
  'Check that the server speaks TLS on this port. A firewall or proxy between may also refuse connections: ask its operators.';
const REFUSED_HANDSHAKE =
  'The server may demand a client certificate, which Proctor does not send, or a version of TLS that Node.js does not offer.';
const NO_CLIENT_CERTIFICATE =
  'Proctor sends none. Ask the operators of the server for an address that does not demand one.';
const ASK_FOR_STRONGER =
  'Ask the operators of the server to allow TLS 1.2 or later, with a key of 2048 bits or more.';

/** By the code of OpenSSL's verification, or of its handshake. */
const TLS_FAILURES: Record<string, readonly [reason: string, advice: string]> = {
  CERT_HAS_EXPIRED: [
    'its certificate has expired',
    'Ask its operators to renew it. If it is valid, correct the clock of this machine.',
  ],
  CERT_NOT_YET_VALID: ['its certificate is not valid yet', 'Correct the clock of this machine, or wait.'],
  CERT_REVOKED: ['its certificate was revoked', 'Ask the operators of the server for a new one.'],
  DEPTH_ZERO_SELF_SIGNED_CERT: ['its certificate is self-signed', TRUST_CERTIFICATE],
  SELF_SIGNED_CERT_IN_CHAIN: [
    'its certificate is from an authority that is not trusted here',
    TRUST_AUTHORITY,
  ],
  UNABLE_TO_GET_ISSUER_CERT: [
    'its certificate is from an authority that is not trusted here',
    TRUST_AUTHORITY,
  ],
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: [
    'its certificate is from an authority that is not trusted here',
    TRUST_AUTHORITY,
  ],
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: [
    'its certificate is from an authority that is not trusted here',
    `${TRUST_AUTHORITY} If the authority is a public one, the server does not send its intermediate certificates.`,
  ],
  ERR_SSL_WRONG_VERSION_NUMBER: ['it does not speak TLS', USE_PLAIN],
  ERR_SSL_PACKET_LENGTH_TOO_LONG: ['it does not speak TLS', USE_PLAIN],
  ERR_SSL_HTTP_REQUEST: ['it does not speak TLS', USE_PLAIN],
  ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED: ['it demands a client certificate', NO_CLIENT_CERTIFICATE],
  ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE: ['it refused the TLS handshake', REFUSED_HANDSHAKE],
  ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION: ['it refused this version of TLS', ASK_FOR_STRONGER],
  ERR_SSL_UNSUPPORTED_PROTOCOL: ['it only speaks a version of TLS that is no longer safe', ASK_FOR_STRONGER],
  ERR_SSL_EE_KEY_TOO_SMALL: ['the key of its certificate is too short to be safe', ASK_FOR_STRONGER],
  ERR_SSL_CA_KEY_TOO_SMALL: [
    'the key of its certificate authority is too short to be safe',
    ASK_FOR_STRONGER,
  ],
  ERR_SSL_CA_MD_TOO_WEAK: ['its certificate has a signature that is no longer safe', ASK_FOR_STRONGER],
  ERR_SSL_DH_KEY_TOO_SMALL: ['its key exchange is no longer safe', ASK_FOR_STRONGER],
  ERR_SSL_TLSV1_UNRECOGNIZED_NAME: ['it knows no site of this name', 'Check the host name in its address.'],
};

const MAX_NAMES = 3;

/** Names in a certificate are written as `DNS:a.example, IP Address:10.0.0.1`. */
function explainWrongName({ cert }: Failure): NetworkFailure {
  const list = typeof cert?.subjectaltname === 'string' ? cert.subjectaltname : '';
  const names = list.split(', ').map((name) => name.replace(/^(DNS|IP Address):/, ''));
  const shown = names.slice(0, MAX_NAMES).join(', ') + (names.length > MAX_NAMES ? ', …' : '');
  return {
    reason: list === '' ? 'its certificate names no host' : `its certificate is for another host: ${shown}`,
    advice:
      'Use a host name of the certificate in the address, or ask the operators of the server for a certificate with this name.',
  };
}
