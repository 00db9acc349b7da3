import { describe, expect, it } from '@jest/globals';
import { Cron } from 'croner';
import fc from 'fast-check';
import { fireTimesBetween } from './fire-times-between.js';
import { sixFields } from './testing/arbitrary-cron.js';
import { findClockChange, offsetOf } from './zone-clock.js';

/*
 * croner is an independent library with other rules for changes of the clock: it fires `30 2` of a gap at 03:30 and
 * `0 *` of a repeated hour once. So the two are compared everywhere but in the day before and after a change.
 */
const DAY_SECONDS = 86_400;

/**
 * croner 10 forgets the first days of March that are due by the day of the month, in an expression that also means days
 * which no February has: from 2030-02-24 on `0 0 0 1 * 0` gives 2030-03-03, and `0 0 0 1-31/5 * *` 2030-03-06, not
 * 2030-03-01. next-fire-at.spec.ts has such expressions by hand.
 */
function isBeyondCroner(cron: string, timeZone: string, times: readonly Date[]): boolean {
  const [, , , monthDay] = cron.split(' ');
  return monthDay !== '*' && monthDay !== '?' && times.some((time) => isStartOfMarch(time, timeZone));
}

function isStartOfMarch(time: Date, timeZone: string): boolean {
  const day = new Intl.DateTimeFormat('en-US', { timeZone, month: 'numeric', day: 'numeric' }).format(time);
  return day === '3/1' || day === '3/2';
}

function isCalm(timeZone: string): (date: Date) => boolean {
  const offsetAt = offsetOf(timeZone);
  return (date) => {
    const second = date.getTime() / 1000;
    return findClockChange(offsetAt, second - DAY_SECONDS, second + DAY_SECONDS) === null;
  };
}

function timesOfCroner(cron: string, timeZone: string, after: Date, until: Date, max: number): Date[] {
  const job = new Cron(cron, { timezone: timeZone, paused: true });
  const times: Date[] = [];
  let next = job.nextRun(after);
  while (next !== null && next <= until && times.length < max) {
    times.push(next);
    next = job.nextRun(next);
  }
  return times;
}

describe('nextFireAt and croner', () => {
  it.each([
    ['30 2 * * *', 'Europe/Berlin', '2026-01-01', '2027-06-01'],
    ['0 0 31 * *', 'America/New_York', '2026-01-01', '2036-01-01'],
    ['0 0 29 2 *', 'Asia/Kathmandu', '2026-01-01', '2090-01-01'],
    ['15 10 13 * 5', 'Asia/Kolkata', '2026-01-01', '2028-01-01'],
    ['0 12 * * MON-FRI', 'Australia/Lord_Howe', '2026-01-01', '2027-01-01'],
    ['45 23 L * *', 'Pacific/Chatham', '2026-01-01', '2031-01-01'],
    ['0 8 * * 1#2', 'Africa/Cairo', '2022-01-01', '2026-01-01'],
    ['0 8 * * 5L', 'America/Sao_Paulo', '2017-01-01', '2022-01-01'],
    ['0 6 1 1,7 *', 'America/Mexico_City', '2019-01-01', '2027-01-01'],
    ['0 6 1 * *', 'Europe/Istanbul', '2014-01-01', '2019-01-01'],
    ['0 6 1 * *', 'Asia/Tehran', '2020-01-01', '2025-01-01'],
    ['*/7 */5 * * *', 'America/St_Johns', '2026-02-20', '2026-03-20'],
    ['*/20 5 4 * * *', 'Pacific/Kiritimati', '2026-01-01', '2026-02-01'],
    ['@monthly', 'Pacific/Apia', '2010-01-01', '2014-01-01'],
  ])('agree on %s in %s', (cron, timeZone, from, to) => {
    const [after, until] = [new Date(from), new Date(to)];
    const ours = fireTimesBetween({ cron, timeZone }, after, until, 1_000).filter(isCalm(timeZone));
    const theirs = timesOfCroner(cron, timeZone, after, until, 1_000).filter(isCalm(timeZone));
    expect(ours.length).toBeGreaterThan(5);
    expect(ours).toEqual(theirs);
  });

  it('agree on any expression in zones without clock changes', () => {
    const zones = fc.constantFrom(
      'UTC',
      'Asia/Kolkata',
      'Asia/Kathmandu',
      'Pacific/Kiritimati',
      'America/Phoenix',
    );
    const instants = fc.date({
      min: new Date('2001-01-01'),
      max: new Date('2037-01-01'),
      noInvalidDate: true,
    });
    fc.assert(
      fc.property(sixFields, zones, instants, (cron, timeZone, after) => {
        const ours = fireTimesBetween({ cron, timeZone }, after, new Date('2100-01-01'), 5);
        fc.pre(!isBeyondCroner(cron, timeZone, ours));
        const theirs = timesOfCroner(
          cron.replace(/\?|\*\/1(?= |$)/g, '*'),
          timeZone,
          after,
          new Date('2100-01-01'),
          5,
        );
        expect(ours).toEqual(theirs);
      }),
      { numRuns: 200 },
    );
  });
});
