import { describe, expect, it } from '@jest/globals';
import { createScheduleBody, scheduleReply, updateScheduleBody } from './schedule.js';

describe('createScheduleBody', () => {
  it('takes what is missing as empty, for the gateway to refuse with a text of its own', () => {
    expect(createScheduleBody.parse({ args: null, tags: null, enabled: null })).toEqual({
      jobName: '',
      args: {},
      tags: '',
      cron: '',
      notificationEmails: '',
      group: '',
      enabled: true,
    });
  });

  it('ignores what v2 clients send besides', () => {
    const body = { id: 0, userEmail: 'eve@example.com', createdAt: 'x', jobName: 'p' };
    expect(Object.keys(createScheduleBody.parse(body))).not.toEqual(
      expect.arrayContaining(['id', 'userEmail', 'createdAt']),
    );
  });

  it.each([
    { tags: 1 },
    { cron: ['* * * * *'] },
    { args: { A: 1 } },
    { enabled: 'yes' },
    { group: 'a\0b' },
    [],
  ])('refuses %j', (body) => expect(createScheduleBody.safeParse(body).success).toBe(false));
});

describe('updateScheduleBody', () => {
  it('keeps apart what is left out and what is empty', () => {
    expect(updateScheduleBody.parse({ tags: '' })).toEqual({ tags: '' });
    expect(updateScheduleBody.parse({ args: {} })).toEqual({ args: {} });
  });

  it.each([{ cron: null }, { enabled: 'no' }, { tags: 'a\0b' }, { cron: 'x'.repeat(10_001) }])(
    'refuses %j',
    (body) => expect(updateScheduleBody.safeParse(body).success).toBe(false),
  );
});

describe('scheduleReply', () => {
  it('has a number as id, as v2 clients decode it', () => {
    expect(scheduleReply.shape.id.safeParse('7').success).toBe(false);
    expect(scheduleReply.shape.id.safeParse(2 ** 53).success).toBe(false);
    expect(scheduleReply.shape.id.parse(2 ** 53 - 1)).toBe(2 ** 53 - 1);
  });
});
