import { describe, expect, it } from '@jest/globals';
import { SCHEDULE_TEXTS } from '@app/contract';
import { DEFAULT_SCHEDULE_POLICIES } from '@app/domain';
import { refusalOf } from '../../../../libs/domain/src/testing/index.js';
import { lineOf } from '../http/render-error.js';
import { checkSchedule, checkScheduleChanges, type ScheduleText } from './check-schedule.js';

const VALID: ScheduleText = {
  tags: 'nightly, reports',
  cron: '*/5 * * * *',
  notificationEmails: 'ada@example.com, bob@example.com',
  group: 'ops',
};

describe('checkSchedule', () => {
  it('accepts valid fields, and removes duplicate emails', () => {
    expect(checkSchedule(VALID)).toEqual({
      ...VALID,
      ...DEFAULT_SCHEDULE_POLICIES,
      at: null,
      notificationEmails: ['ada@example.com', 'bob@example.com'],
    });
    expect(checkScheduleChanges({ cron: ' @daily ', notificationEmails: 'a@b.c,A@B.c,a@b.c ' })).toEqual({
      cron: '@daily',
      at: null,
      notificationEmails: ['a@b.c'],
    });
    const at = '2027-01-01T01:00:00+01:00';
    expect(checkScheduleChanges({ at })).toEqual({ cron: '', at: new Date('2027-01-01T00:00:00Z') });
    expect(checkScheduleChanges({})).toEqual({});
  });

  it.each<[string, Partial<ScheduleText>, string, string, RegExp]>([
    ['no tags', { tags: '' }, SCHEDULE_TEXTS.tagsMissing, 'tags', /expected text/],
    ['blank tags', { tags: ' \t' }, SCHEDULE_TEXTS.tagsMissing, 'tags', /expected text/],
    ['tags too long', { tags: 'x'.repeat(1_001) }, SCHEDULE_TEXTS.malformed, 'tags', /at most 1000/],
    ['NUL in tags', { tags: 'a\0b' }, SCHEDULE_TEXTS.malformed, 'tags', /one line/],
    ['a right-to-left override', { tags: 'a\u202egol' }, SCHEDULE_TEXTS.malformed, 'tags', /text direction/],
    ['an isolate', { group: 'a\u2066b' }, SCHEDULE_TEXTS.malformed, 'group', /text direction/],
    ['a lone surrogate', { group: 'a\ud800' }, SCHEDULE_TEXTS.malformed, 'group', /one line/],
    ['no cron', { cron: '' }, SCHEDULE_TEXTS.cronInvalid, 'cron', /five fields/],
    ['an invalid cron', { cron: '61 * * * *' }, SCHEDULE_TEXTS.cronInvalid, 'cron', /five fields/],
    ['NUL in cron', { cron: '* * * * *\0' }, SCHEDULE_TEXTS.cronInvalid, 'cron', /five fields/],
    [
      'no email',
      { notificationEmails: '' },
      SCHEDULE_TEXTS.emailInvalid,
      'notificationEmails',
      /invalid: ""/,
    ],
    [
      'one invalid email',
      { notificationEmails: 'ada@example.com, bob' },
      SCHEDULE_TEXTS.emailInvalid,
      'notificationEmails',
      /invalid: "bob"/,
    ],
    [
      'a trailing comma',
      { notificationEmails: 'ada@example.com,' },
      SCHEDULE_TEXTS.emailInvalid,
      'notificationEmails',
      /invalid: ""/,
    ],
    [
      'a header in an email',
      { notificationEmails: 'ada@example.com\r\nBcc: eve@example.com' },
      SCHEDULE_TEXTS.emailInvalid,
      'notificationEmails',
      /invalid: /,
    ],
    [
      'too many emails',
      { notificationEmails: Array.from({ length: 51 }, (_, n) => `u${n}@x.y`).join() },
      SCHEDULE_TEXTS.malformed,
      'notificationEmails',
      /at most 50/,
    ],
    ['no group', { group: '' }, SCHEDULE_TEXTS.groupMissing, 'group', /expected text/],
  ])('%s', (_name, wrong, plainText, field, message) => {
    const error = refusalOf(() => checkSchedule({ ...VALID, ...wrong }));
    expect(error).toMatchObject({ code: 'malformed_request', details: [{ field }] });
    expect(error.details[0]?.message).toMatch(message);
    expect(lineOf(error)).toBe(plainText);
    expect(() => checkScheduleChanges(wrong)).toThrow(error.message);
  });

  it('reports the first invalid field, in the order of v2', () => {
    const wrong = { group: '', notificationEmails: '', cron: '', tags: '' };
    const reported: string[] = [];
    for (const part of ['tags', 'cron', 'notificationEmails', 'group'] as const) {
      reported.push(refusalOf(() => checkSchedule(wrong)).message);
      wrong[part] = VALID[part];
    }
    const { tagsMissing, cronInvalid, emailInvalid, groupMissing } = SCHEDULE_TEXTS;
    expect(reported).toEqual([tagsMissing, cronInvalid, emailInvalid, groupMissing]);
    expect(checkSchedule(wrong)).toMatchObject({ group: 'ops' });
  });
});
