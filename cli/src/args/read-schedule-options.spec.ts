import { describe, expect, it } from '@jest/globals';
import { readNotifyEvents } from './read-notify-events.js';
import { readScheduleOptions, type ScheduleOptions } from './read-schedule-options.js';

const CLOCK = { nowMs: Date.parse('2026-01-31T10:00:00Z'), timeZone: 'Asia/Kolkata' };
const NO_OPTIONS: ScheduleOptions = {
  cron: undefined,
  at: undefined,
  timeZone: undefined,
  overlap: undefined,
  misfire: undefined,
  grace: undefined,
  notifyOn: [],
  blackouts: [],
  group: undefined,
  notify: undefined,
  tags: undefined,
};

describe('readScheduleOptions', () => {
  it('sends nothing for options that are not given', () => {
    expect(readScheduleOptions(NO_OPTIONS, CLOCK)).toEqual({});
  });

  it('sends every given option in the form of the contract', () => {
    expect(
      readScheduleOptions(
        {
          ...{ cron: '@daily', at: undefined, timeZone: 'Europe/Berlin', overlap: 'queue', misfire: 'all' },
          ...{ grace: '1h30m', notifyOn: ['start,slow', 'failure'], blackouts: ['mon 01:00-02:00'] },
          ...{ group: 'ops', notify: 'a@b.c', tags: 't' },
        },
        CLOCK,
      ),
    ).toEqual({
      ...{ cron: '@daily', timeZone: 'Europe/Berlin', overlap: 'queue', misfire: 'all' },
      ...{ misfireGraceSeconds: 5_400, notifyOn: ['start', 'slow', 'failure'] },
      blackouts: [{ kind: 'weekly', days: ['mon'], from: '01:00', until: '02:00' }],
      ...{ group: 'ops', notificationEmails: 'a@b.c', tags: 't' },
    });
  });

  it.each([
    [{ at: '2h' }, { at: '2026-01-31T12:00:00.000Z' }],
    [{ at: '2026-12-24T18:00:00+01:00' }, { at: '2026-12-24T18:00:00+01:00' }],
    [{ timeZone: 'local' }, { timeZone: 'Asia/Kolkata' }],
    [{ grace: '0s' }, { misfireGraceSeconds: 0 }],
    [{ notifyOn: ['none'] }, { notifyOn: [] }],
  ])('%j: %j', (given, fields) => {
    expect(readScheduleOptions({ ...NO_OPTIONS, ...given }, CLOCK)).toEqual(fields);
  });

  it.each([
    [{ cron: '@daily', at: '2h' }, '--at'],
    [{ at: 'tomorrow' }, '--at'],
    [{ at: '2026-12-24T18:00:00' }, '--at'],
    [{ at: '999999999d' }, '--at'],
    [{ at: '9999999d' }, '--at'],
    [{ at: '9999-12-31T23:59:59-01:00' }, '--at'],
    [{ grace: '90' }, '--grace'],
    [{ notifyOn: ['ended'] }, '--notify-on'],
    [{ notifyOn: ['none', 'start'] }, '--notify-on'],
    [{ notifyOn: [''] }, '--notify-on'],
    [{ blackouts: ['01:00-02:00', 'x'] }, '--blackout'],
  ])('refuses %j', (given, field) => {
    expect(() => readScheduleOptions({ ...NO_OPTIONS, ...given }, CLOCK)).toThrow(
      expect.objectContaining({ code: 'invalid_args', details: [expect.objectContaining({ field })] }),
    );
  });
});

describe('readNotifyEvents', () => {
  it.each([
    [['start'], ['start']],
    [
      ['Failure, slow', 'failure'],
      ['failure', 'slow'],
    ],
    [['none'], []],
  ])('%j: %j', (words, events) => {
    expect(readNotifyEvents('events', words)).toEqual(events);
  });
});
