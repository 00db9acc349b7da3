import { describe, expect, it } from '@jest/globals';
import { fireTimesBetween } from './fire-times-between.js';
import { nextFireAt } from './next-fire-at.js';

/** The fire times after `after`, as `MM-DD HH:MM` in UTC, with the year if it differs from that of `after`. */
function fires(cron: string, timeZone: string, after: string, max: number): string[] {
  const until = new Date('2200-01-01T00:00:00Z');
  return fireTimesBetween({ cron, timeZone }, new Date(after), until, max).map((date) =>
    date
      .toISOString()
      .slice(0, 16)
      .replace('T', ' ')
      .replace(`${after.slice(0, 4)}-`, ''),
  );
}

type Row = [cron: string, timeZone: string, after: string, expected: string];

function table(rows: Row[]): void {
  it.each(rows)('%s in %s after %s', (cron, timeZone, after, expected) => {
    const times = expected.split(', ');
    expect(fires(cron, timeZone, after, times.length)).toEqual(times);
  });
}

// Berlin: 02:00 +01 becomes 03:00 +02 at 2026-03-29 01:00 UTC. Lord Howe: 02:00 +10:30 becomes 02:30 +11 at
// 2026-10-03 15:30 UTC. Cairo: 00:00 +02 becomes 01:00 +03 at 2026-04-23 22:00 UTC.
describe('the gap in spring', () => {
  table([
    ['30 2 * * *', 'Europe/Berlin', '2026-03-28T01:00:00Z', '03-28 01:30, 03-29 01:00, 03-30 00:30'],
    ['0 2 * * *', 'Europe/Berlin', '2026-03-28T12:00:00Z', '03-29 01:00, 03-30 00:00'],
    ['0 3 * * *', 'Europe/Berlin', '2026-03-28T12:00:00Z', '03-29 01:00, 03-30 01:00'],
    // Several skipped times, and one right at the end of the gap, fire once together.
    ['0,15,30 2,3 * * *', 'Europe/Berlin', '2026-03-28T12:00:00Z', '03-29 01:00, 03-29 01:15, 03-29 01:30'],
    ['*/5 2 * * *', 'Europe/Berlin', '2026-03-28T12:00:00Z', '03-29 01:00, 03-30 00:00, 03-30 00:05'],
    ['0 */6 * * *', 'Africa/Cairo', '2026-04-23T17:00:00Z', '04-23 22:00, 04-24 03:00, 04-24 09:00'],
    ['0 0 * * *', 'Africa/Cairo', '2026-04-22T12:00:00Z', '04-22 22:00, 04-23 22:00, 04-24 21:00'],
    ['15 2 * * *', 'Australia/Lord_Howe', '2026-10-02T12:00:00Z', '10-02 15:45, 10-03 15:30, 10-04 15:15'],
    // From months earlier.
    ['30 2 29 3 *', 'Europe/Berlin', '2026-01-01T00:00:00Z', '03-29 01:00, 2027-03-29 00:30'],
    ['30 3 29 3 *', 'Europe/Berlin', '2026-01-01T00:00:00Z', '03-29 01:30, 2027-03-29 01:30'],
    ['30 2-23 29 3 *', 'Europe/Berlin', '2026-01-01T00:00:00Z', '03-29 01:00, 03-29 01:30, 03-29 02:30'],
    // Every hour of the day follows elapsed time.
    ['*/20 * * * *', 'Europe/Berlin', '2026-03-29T00:30:00Z', '03-29 00:40, 03-29 01:00, 03-29 01:20'],
    ['7-59/20 * * * *', 'Europe/Berlin', '2026-03-29T00:30:00Z', '03-29 00:47, 03-29 01:07, 03-29 01:27'],
    ['30 * * * *', 'Europe/Berlin', '2026-03-29T00:00:00Z', '03-29 00:30, 03-29 01:30, 03-29 02:30'],
    ['*/20 * * * *', 'Australia/Lord_Howe', '2026-10-03T15:00:00Z', '10-03 15:10, 10-03 15:40, 10-03 16:00'],
  ]);

  it('fires once, whichever later instant it is computed from', () => {
    const timing = { cron: '30 2 * * *', timeZone: 'Europe/Berlin' };
    const end = new Date('2026-03-29T01:00:00Z');
    expect(nextFireAt(timing, new Date(end.getTime() - 1))).toEqual(end);
    const next = new Date('2026-03-30T00:30:00Z');
    for (const lateMs of [0, 1, 1_800_000]) {
      expect(nextFireAt(timing, new Date(end.getTime() + lateMs))).toEqual(next);
    }
  });
});

// Berlin: 03:00 +02 becomes 02:00 +01 at 2026-10-25 01:00 UTC. Lord Howe: 02:00 +11 becomes 01:30 +10:30 at
// 2026-04-04 15:00 UTC. Havana: 01:00 -04 becomes 00:00 -05 at 2026-11-01 05:00 UTC.
describe('the repeated hour in autumn', () => {
  table([
    ['30 2 * * *', 'Europe/Berlin', '2026-10-24T12:00:00Z', '10-25 00:30, 10-26 01:30'],
    ['0 2 * * *', 'Europe/Berlin', '2026-10-24T12:00:00Z', '10-25 00:00, 10-26 01:00'],
    ['0 3 * * *', 'Europe/Berlin', '2026-10-24T12:00:00Z', '10-25 02:00, 10-26 02:00'],
    ['30 1-3 * * *', 'Europe/Berlin', '2026-10-24T22:00:00Z', '10-24 23:30, 10-25 00:30, 10-25 02:30'],
    // From within the second pass.
    ['45 2 * * *', 'Europe/Berlin', '2026-10-25T01:10:00Z', '10-26 01:45'],
    ['*/15 2,3 * * *', 'Europe/Berlin', '2026-10-25T01:10:00Z', '10-25 02:00, 10-25 02:15'],
    ['0 0 * * *', 'America/Havana', '2026-10-31T12:00:00Z', '11-01 04:00, 11-02 05:00'],
    ['45 1 * * *', 'Australia/Lord_Howe', '2026-04-04T12:00:00Z', '04-04 14:45, 04-05 15:15'],
    // From months earlier.
    ['30 2 25 10 *', 'Europe/Berlin', '2026-01-01T00:00:00Z', '10-25 00:30, 2027-10-25 00:30'],
    ['30 3 25 10 *', 'Europe/Berlin', '2026-01-01T00:00:00Z', '10-25 02:30, 2027-10-25 01:30'],
    // Every hour of the day follows elapsed time.
    ['0 * * * *', 'Europe/Berlin', '2026-10-24T23:30:00Z', '10-25 00:00, 10-25 01:00, 10-25 02:00'],
    [
      '*/30 * * * *',
      'Europe/Berlin',
      '2026-10-25T00:10:00Z',
      '10-25 00:30, 10-25 01:00, 10-25 01:30, 10-25 02:00, 10-25 02:30',
    ],
    // The day ends an hour after it first seemed to.
    [
      '50 * 16 2 *',
      'America/Sao_Paulo',
      '2019-02-17T01:00:00Z',
      '02-17 01:50, 02-17 02:50, 2020-02-16 03:50',
    ],
    ['50 23 16 2 *', 'America/Sao_Paulo', '2019-02-17T01:00:00Z', '02-17 01:50, 2020-02-17 02:50'],
  ]);
});

describe('zones and their rules', () => {
  table([
    ['30 9 * * *', 'Asia/Kolkata', '2026-01-01T00:00:00Z', '01-01 04:00, 01-02 04:00'],
    ['0 0 * * *', 'Asia/Kathmandu', '2026-01-01T00:00:00Z', '01-01 18:15, 01-02 18:15'],
    ['45 12 1 * *', 'Pacific/Chatham', '2026-03-15T00:00:00Z', '03-31 23:00, 05-01 00:00'],
    ['0 0 1 1 *', 'Pacific/Kiritimati', '2026-06-01T00:00:00Z', '12-31 10:00'],
    // Brazil had its last summer time in 2018/19, Mexico in 2022; Turkey has kept it since 2016.
    ['30 0 4 11 *', 'America/Sao_Paulo', '2017-12-01T00:00:00Z', '2018-11-04 03:00, 2019-11-04 03:30'],
    ['0 12 1 7 *', 'America/Mexico_City', '2022-01-01T00:00:00Z', '07-01 17:00, 2023-07-01 18:00'],
    ['0 12 1 12 *', 'Europe/Istanbul', '2015-01-01T00:00:00Z', '12-01 10:00, 2016-12-01 09:00'],
    // Egypt had none from 2015 to 2022.
    ['30 0 28 4 *', 'Africa/Cairo', '2022-01-01T00:00:00Z', '04-27 22:30, 2023-04-27 22:00'],
    // Samoa skipped 2011-12-30.
    [
      '0 12 * * *',
      'Pacific/Apia',
      '2011-12-28T00:00:00Z',
      '12-28 22:00, 12-29 22:00, 12-30 10:00, 12-30 22:00',
    ],
    ['0 * 30 12 *', 'Pacific/Apia', '2011-12-29T00:00:00Z', '2012-12-29 10:00'],
    ['0 5 30 12 *', 'Pacific/Apia', '2011-12-29T00:00:00Z', '12-30 10:00, 2012-12-29 15:00'],
  ]);
});

describe('the calendar', () => {
  table([
    [
      '0 0 1 * 0L',
      'UTC',
      '2019-02-01T00:00:00Z',
      '02-24 00:00, 03-01 00:00, 03-31 00:00, 04-01 00:00, 04-28 00:00',
    ],
    ['0 0 1 * 0', 'UTC', '2030-02-17T00:00:00Z', '02-24 00:00, 03-01 00:00, 03-03 00:00, 03-10 00:00'],
    ['0 0 */5 * *', 'UTC', '2030-02-17T00:00:00Z', '02-21 00:00, 02-26 00:00, 03-01 00:00, 03-06 00:00'],
    ['0 0 2 * 1', 'UTC', '2031-02-17T00:00:00Z', '02-24 00:00, 03-02 00:00, 03-03 00:00, 03-10 00:00'],
    ['0 0 31,L * 5L', 'UTC', '2019-02-01T00:00:00Z', '02-22 00:00, 02-28 00:00, 03-29 00:00, 03-31 00:00'],
    ['0 0 31 * *', 'UTC', '2026-01-01T00:00:00Z', '01-31 00:00, 03-31 00:00, 05-31 00:00, 07-31 00:00'],
    ['0 0 29 2 *', 'Europe/Berlin', '2026-01-01T00:00:00Z', '2028-02-28 23:00, 2032-02-28 23:00'],
    ['0 12 29 2 *', 'America/New_York', '2097-01-01T00:00:00Z', '2104-02-29 17:00'],
    [
      '0 0 13 * 5',
      'UTC',
      '2026-02-01T00:00:00Z',
      '02-06 00:00, 02-13 00:00, 02-20 00:00, 02-27 00:00, 03-06 00:00, 03-13 00:00',
    ],
  ]);

  it('returns null for an expression that never matches', () => {
    expect(nextFireAt({ cron: '0 0 31 2 *', timeZone: 'Europe/Berlin' }, new Date(0))).toBeNull();
  });

  it('accepts seconds, and fires strictly after an instant between two of them', () => {
    const timing = { cron: '*/10 * * * * *', timeZone: 'UTC' };
    const next = (after: string) => nextFireAt(timing, new Date(after))?.toISOString();
    expect(next('2026-01-01T00:00:09.999Z')).toBe('2026-01-01T00:00:10.000Z');
    expect(next('2026-01-01T00:00:10.000Z')).toBe('2026-01-01T00:00:20.000Z');
    expect(next('2026-01-01T00:00:10.001Z')).toBe('2026-01-01T00:00:20.000Z');
  });
});

describe('invalid input', () => {
  it.each([
    ['* * * *', 'UTC', new Date(0)],
    ['* * * * *', 'Europe/Atlantis', new Date(0)],
    ['* * * * *', 'UTC', new Date(Number.NaN)],
  ])('throws for %j in %s after %s', (cron, timeZone, after) => {
    expect(() => nextFireAt({ cron, timeZone }, after)).toThrow();
  });

  it('returns null at the end of the Date range', () => {
    expect(nextFireAt({ cron: '* * * * *', timeZone: 'UTC' }, new Date(8.64e15))).toBeNull();
  });
});

describe('a one-shot schedule', () => {
  const at = new Date('2026-05-01T12:34:56.789Z');

  it('fires once, at its instant', () => {
    expect(nextFireAt({ at }, new Date(at.getTime() - 1))).toEqual(at);
    expect(nextFireAt({ at }, at)).toBeNull();
    expect(fireTimesBetween({ at }, new Date(0), at, 10)).toEqual([at]);
  });
});

describe('fireTimesBetween', () => {
  const timing = { cron: '0 * * * *', timeZone: 'UTC' };
  const between = (after: string, until: string, max: number) =>
    fireTimesBetween(timing, new Date(after), new Date(until), max).map((date) => date.getUTCHours());

  it('excludes the start, includes the end, and stops at the limit', () => {
    expect(between('2026-01-01T01:00:00Z', '2026-01-01T04:00:00Z', 9)).toEqual([2, 3, 4]);
    expect(between('2026-01-01T01:00:00Z', '2026-01-01T04:00:00Z', 2)).toEqual([2, 3]);
    expect(between('2026-01-01T01:00:00Z', '2026-01-01T01:59:59Z', 9)).toEqual([]);
    expect(between('2026-01-01T01:00:00Z', '2026-01-01T04:00:00Z', 0)).toEqual([]);
  });
});
