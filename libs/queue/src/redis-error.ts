import { explainNetworkError } from '@app/domain';

/** Redis is reached, and refused: no retry helps until an operator changes a setting or the server. */
export class RedisRefusedError extends Error {
  override readonly name = 'RedisRefusedError';
}

const TLS_CODE =
  /^(CERT_|CRL_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|INVALID_|HOSTNAME_|ERR_TLS_|ERR_SSL_|EPROTO)/;
const UNTRUSTED = /^(UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_)/;
const NO_TLS = /WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|before secure TLS connection/i;
const MAYBE_NO_TLS = /^(ECONNRESET|ETIMEDOUT|EPIPE)$/;
const NOT_ALLOWED = /^(NOAUTH|WRONGPASS|NOPERM)\b/;

/**
 * An error of a connection to Redis, in the words of our settings if an operator must act. A server that does not speak TLS
 * waits for the end of a line, so the connection times out; one that demands a client certificate may just hang up.
 */
export function explainRedisError(error: Error, isTls: boolean): Error {
  const { code = '' } = error as NodeJS.ErrnoException;
  const refused = (what: string) => new RedisRefusedError(`Redis: ${what}`, { cause: error });
  if (NOT_ALLOWED.test(error.message))
    return refused(
      `${error.message} Check PROCTOR_REDIS_USERNAME and PROCTOR_REDIS_PASSWORD, and the rights of that user.`,
    );
  if (NO_TLS.test(`${code} ${error.message}`) || (isTls && MAYBE_NO_TLS.test(code))) {
    return refused(
      `${error.message}. With PROCTOR_REDIS_TLS, check that it speaks TLS on this port, and whether it demands a client certificate.`,
    );
  }
  if (!TLS_CODE.test(code)) return error;
  const { reason, advice } = explainNetworkError(error, '');
  if (UNTRUSTED.test(code))
    return refused(`${reason}. Set PROCTOR_REDIS_TLS_CA to the certificate of its authority (PEM).`);
  if (/^(ERR_SSL_|EPROTO)/.test(code))
    return refused(
      `the TLS handshake failed (${code}). If it demands a client certificate, check PROCTOR_REDIS_TLS_CERT.`,
    );
  return refused(advice === undefined ? reason : `${reason}. ${advice}`);
}

const TELL_AGAIN_MS = 30_000;

interface Logger {
  warn(what: string): void;
  debug(context: { err: Error }, what: string): void;
}

/** Logs errors of connections to Redis: as warnings, at most every 30 seconds, those that an operator must mend. */
export function logRedisErrors(logger: Logger): (error: Error) => void {
  let toldAtMs = -Infinity;
  return (err) => {
    const isNews = performance.now() - toldAtMs > TELL_AGAIN_MS;
    if (!(err instanceof RedisRefusedError) || !isNews) return logger.debug({ err }, 'redis');
    toldAtMs = performance.now();
    logger.warn(err.message);
  };
}
