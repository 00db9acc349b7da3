import { describe, expect, it } from '@jest/globals';
import {
  describeBlackoutProblem,
  isBlackedOut,
  type Blackout,
  type LocalTime,
  type WeekDay,
  WEEK_DAYS,
} from './blackout.js';

const MONDAY_MS = Date.UTC(2026, 5, 1);

/** A zone one hour ahead of UTC. */
function oneHourAhead(instant: Date): LocalTime {
  const minutes = Math.floor((instant.getTime() - MONDAY_MS) / 60_000) + 60;
  return { day: WEEK_DAYS[Math.floor(minutes / 1440) % 7]!, minutes: minutes % 1440 };
}

const weekly = (days: readonly WeekDay[], from: string, until: string): Blackout => ({
  kind: 'weekly',
  days,
  from,
  until,
});

describe('isBlackedOut', () => {
  const office = weekly(['mon', 'tue'], '09:00', '17:30');
  const weekend = weekly(['fri', 'sat'], '22:00', '06:00');
  const sunday = weekly(['sun'], '00:00', '00:00');
  const lateSunday = weekly(['sun'], '23:30', '00:30');

  it.each<[string, Blackout, string, boolean]>([
    ['before', office, '2026-06-01T07:59:59.999Z', false],
    ['at the start', office, '2026-06-01T08:00:00Z', true],
    ['the last moment', office, '2026-06-01T16:29:59.999Z', true],
    ['at the end', office, '2026-06-01T16:30:00Z', false],
    ['the second day', office, '2026-06-02T12:00:00Z', true],
    ['a day that is not named', office, '2026-06-03T12:00:00Z', false],
    ['before the night', weekend, '2026-06-05T20:59:00Z', false],
    ['in the night', weekend, '2026-06-05T21:00:00Z', true],
    ['after midnight', weekend, '2026-06-06T04:59:00Z', true],
    ['at the end of the night', weekend, '2026-06-06T05:00:00Z', false],
    ['the night of the second day ends on the third', weekend, '2026-06-07T04:59:00Z', true],
    ['the morning of the first day', weekend, '2026-06-05T03:00:00Z', false],
    ['a whole day begins', sunday, '2026-06-06T23:00:00Z', true],
    ['a whole day ends', sunday, '2026-06-07T23:00:00Z', false],
    ['just before a whole day', sunday, '2026-06-06T22:59:59Z', false],
    ['over the end of the week', lateSunday, '2026-06-07T23:29:00Z', true],
    ['past the end of the week', lateSunday, '2026-06-07T23:30:00Z', false],
  ])('%s', (_, window, instant, expected) => {
    expect(isBlackedOut([window], new Date(instant), oneHourAhead)).toBe(expected);
  });

  it('includes the start of a single window and excludes its end', () => {
    const from = new Date('2026-12-24T00:00:00Z');
    const until = new Date('2026-12-27T00:00:00Z');
    const isIn = (ms: number) =>
      isBlackedOut([{ kind: 'once', from, until }], new Date(ms), () => {
        throw new Error('a single window needs no zone');
      });
    expect([-1, 0].map((ms) => isIn(from.getTime() + ms))).toEqual([false, true]);
    expect([-1, 0].map((ms) => isIn(until.getTime() + ms))).toEqual([true, false]);
  });

  it('is true in any of several windows, and false without windows', () => {
    const instant = new Date('2026-06-01T12:00:00Z');
    expect(isBlackedOut([sunday, office], instant, oneHourAhead)).toBe(true);
    expect(isBlackedOut([], instant, oneHourAhead)).toBe(false);
  });
});

describe('describeBlackoutProblem', () => {
  const noon = new Date('2026-06-01T12:00:00Z');

  it.each<[Blackout]>([
    [weekly(['mon'], '00:00', '23:59')],
    [weekly([...WEEK_DAYS], '22:00', '06:00')],
    [{ kind: 'once', from: noon, until: new Date(noon.getTime() + 1) }],
  ])('takes %j', (window) => {
    expect(describeBlackoutProblem(window)).toBeNull();
  });

  it.each<[Blackout, RegExp]>([
    [weekly([], '09:00', '10:00'), /at least one day/],
    [weekly(['mon', 'mon'], '09:00', '10:00'), /each day once/],
    [weekly(['monday' as WeekDay], '09:00', '10:00'), /got "monday"/],
    [weekly(['__proto__' as WeekDay], '09:00', '10:00'), /got "__proto__"/],
    [weekly(['mon'], '9:00', '10:00'), /got "9:00"/],
    [weekly(['mon'], '09:00', '24:00'), /got "24:00"/],
    [weekly(['mon'], '09:60', '10:00'), /got "09:60"/],
    [weekly(['mon'], '09:00', '10:00\n'), /got "10:00\\n"/],
    [{ kind: 'once', from: noon, until: noon }, /end after the start/],
    [{ kind: 'once', from: new Date(Number.NaN), until: noon }, /two instants/],
  ])('refuses %j', (window, problem) => {
    expect(describeBlackoutProblem(window)).toMatch(problem);
  });
});
