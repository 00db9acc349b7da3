import { describe, expect, it } from '@jest/globals';
import { isDatabaseUnavailable } from './database-error.js';

/** As Prisma 7 with its adapter for pg threw them (test/database/errors.spec.ts provokes each again). */
function rawFailure(
  cause: { kind: string; code?: string; originalCode?: string },
  message = 'Raw query failed.',
) {
  const driverAdapterError = Object.assign(new Error(cause.kind), { name: 'DriverAdapterError', cause });
  return Object.assign(new Error(message), { code: 'P2010', meta: { driverAdapterError } });
}
const postgres = (code: string) => rawFailure({ kind: 'postgres', code, originalCode: code });

describe('isDatabaseUnavailable', () => {
  it.each<[string, unknown]>([
    ['a statement that took too long', postgres('57014')],
    ['a server that is going', postgres('57P01')],
    ['a server that is coming', postgres('57P03')],
    ['a server that takes no writes', postgres('25006')],
    ['a full disk', postgres('53100')],
    ['a lost connection', postgres('08006')],
    ['a deadlock', rawFailure({ kind: 'TransactionWriteConflict', originalCode: '40P01' })],
    ['too many connections', rawFailure({ kind: 'TooManyConnections', originalCode: '53300' })],
    [
      'nobody listening, for raw SQL',
      rawFailure({ kind: 'DatabaseNotReachable' }, "Can't reach database server"),
    ],
    [
      'nobody listening',
      Object.assign(new Error("Can't reach database server at 127.0.0.1:1"), { code: 'P1001' }),
    ],
    ['no free connection', Object.assign(new Error('Unable to start a transaction'), { code: 'P2028' })],
    ['a killed server', new Error('Connection terminated unexpectedly')],
    ['a broken connection', new Error('Client has encountered a connection error and is not queryable')],
    ['a frozen server', new Error('Connection terminated due to connection timeout')],
    [
      'a socket error within',
      new Error('query failed', { cause: Object.assign(new Error(), { code: 'ECONNRESET' }) }),
    ],
  ])('is true for %s', (_name, error) => {
    expect(isDatabaseUnavailable(error)).toBe(true);
  });

  it.each<[string, unknown]>([
    ['a row that is there', rawFailure({ kind: 'UniqueConstraintViolation', originalCode: '23505' })],
    ['a check', postgres('23514')],
    ['bad SQL', postgres('42601')],
    ['a table that is missing', postgres('42P01')],
    ['any other error', new Error('unexpected')],
    ['nothing', undefined],
    ['a text', 'ECONNREFUSED'],
  ])('is false for %s', (_name, error) => {
    expect(isDatabaseUnavailable(error)).toBe(false);
  });

  it('does not follow a circle of causes for ever', () => {
    const error = new Error('a');
    error.cause = error;
    expect(isDatabaseUnavailable(error)).toBe(false);
  });
});
