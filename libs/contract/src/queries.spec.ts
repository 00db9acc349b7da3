import { describe, expect, it } from '@jest/globals';
import { exportAuditQuery, listAuditQuery } from './audit.js';
import { listExecutionsQuery, parseDurationMs, readLogQuery } from './execution.js';
import { DEFAULT_PAGE } from './paging.js';

describe('listExecutionsQuery', () => {
  it('accepts every filter', () => {
    const where = 'proc=a&user=a@example.com&status=FINISHED,POD_FAILED&schedule=7';
    const when = 'since=2026-01-31T10:00:00Z&until=2026-01-31T10:00:00.123%2B05:30';
    const query = Object.fromEntries(new URLSearchParams(`${where}&${when}&limit=2&cursor=9`));
    expect(listExecutionsQuery.parse(query)).toEqual({
      ...query,
      status: ['FINISHED', 'POD_FAILED'],
      limit: 2,
    });
    expect(listExecutionsQuery.parse({})).toEqual({ limit: DEFAULT_PAGE });
  });

  it.each([
    { proc: '../a' },
    { proc: ['a', 'b'] },
    { user: 'nobody' },
    { user: 'a@example.com\n' },
    { status: 'DONE' },
    { status: 'finished' },
    { schedule: 'x' },
    { since: 'yesterday' },
    { since: '2026-02-30T00:00:00Z' },
    { until: '2026-01-31' },
    { until: '2026-01-31T10:00:00' },
    { until: '9999-12-31T23:59:59-01:00' },
  ])('refuses %j', (query) => expect(listExecutionsQuery.safeParse(query).success).toBe(false));
});

describe('readLogQuery', () => {
  it.each([
    [{}, { follow: false }],
    [
      { tail: '10', follow: '' },
      { tail: 10, follow: true },
    ],
    [
      { since: '1h30m', follow: 'false' },
      { since: '1h30m', follow: false },
    ],
    [{ since: '2026-01-31T10:00:00Z' }, { since: '2026-01-31T10:00:00Z', follow: false }],
  ])('takes %j', (query, expected) => expect(readLogQuery.parse(query)).toEqual(expected));

  it.each([
    { tail: '-1' },
    { tail: '1e3' },
    { tail: '12345678' },
    { since: '10' },
    { since: '0000-01-01T00:00:00Z' },
    { follow: 'maybe' },
  ])('refuses %j', (query) => expect(readLogQuery.safeParse(query).success).toBe(false));
});

describe('parseDurationMs', () => {
  it.each([
    ['90s', 90_000],
    ['10m', 600_000],
    ['2h30m', 9_000_000],
    ['1d', 86_400_000],
    ['0s', 0],
  ])('reads %j as %i ms', (text, expected) => expect(parseDurationMs(text)).toBe(expected));

  it.each(['', '10', 'm', '-1s', '1.5h', '1w', '1s ', '1234567890s'])('rejects %j', (text) =>
    expect(parseDurationMs(text)).toBeNull(),
  );
});

describe('listAuditQuery and exportAuditQuery', () => {
  const filters = Object.fromEntries(
    new URLSearchParams(
      'actor=unknown&action=POST+/execution&subject=p&allowed=false&since=2026-01-31T10:00:00Z',
    ),
  );

  it('accept every filter', () => {
    expect(exportAuditQuery.parse(filters)).toEqual({ ...filters, allowed: false });
    expect(listAuditQuery.parse(filters)).toEqual({ ...filters, allowed: false, limit: DEFAULT_PAGE });
  });

  it.each([
    { actor: '' },
    { actor: 'a\0' },
    { subject: 'x'.repeat(321) },
    { allowed: 'no' },
    { until: 'now' },
  ])('refuse %j', (query) => {
    expect(listAuditQuery.safeParse(query).success).toBe(false);
    expect(exportAuditQuery.safeParse(query).success).toBe(false);
  });
});
