/**
 * SQLSTATE classes and codes, Prisma codes and socket errors that mean "Postgres is down or busy; the same call may
 * succeed later". https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
const TRANSIENT_CODE =
  /^(08...|53...|57P0[0-9]|57014|40001|40P01|55P03|25006|25P03|P1001|P1002|P1008|P1017|P2024|P2028|P2034|ECONN.*|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|ERR_SSL_.*|ERR_TLS_.*|EPROTO)$/;

const TRANSIENT_TEXT =
  /connection terminated|cannot connect to Postgres|server closed the connection|timeout exceeded when trying to connect|query read timeout|client has encountered a connection error|DatabaseNotReachable|TlsConnectionError|opening a TLS connection|ConnectionClosed|TransactionWriteConflict|SocketTimeout|starting up|shutting down|in recovery mode|not queryable|Transaction already closed|Cannot use a pool/i;

/** True if the database could not be reached or aborted the work: retry, it is not a bug. */
export function isDatabaseUnavailable(error: unknown): boolean {
  for (let depth = 0, current = error; depth < 8 && isObject(current); depth++) {
    if (hasTransientCode(current)) return true;
    if (typeof current['message'] === 'string' && TRANSIENT_TEXT.test(current['message'])) return true;
    const meta = current['meta'];
    if (isObject(meta) && isDatabaseUnavailable(meta['driverAdapterError'])) return true;
    current = current['cause'];
  }
  return false;
}

/** A statement that waited too long for a lock, or lost a conflict: https://www.postgresql.org/docs/current/explicit-locking.html */
const BLOCKED_CODE = /^(57014|40001|40P01|55P03)$/;

/** True if another transaction was in the way of this one. */
export function isBlocked(error: unknown): boolean {
  return isObject(error) && typeof error['code'] === 'string' && BLOCKED_CODE.test(error['code']);
}

function hasTransientCode(error: Record<string, unknown>): boolean {
  return [error['code'], error['originalCode']].some(
    (code) => typeof code === 'string' && TRANSIENT_CODE.test(code),
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
