import { describe, expect, it } from '@jest/globals';
import { createScheduleBody, scheduleReply, updateScheduleBody } from './schedule.js';

describe('createScheduleBody', () => {
  it('treats missing fields as empty, so that the gateway can reject them with its own text', () => {
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

  it('ignores extra fields of v2 clients', () => {
    const body = { id: 0, userEmail: 'eve@example.com', createdAt: 'x', jobName: 'p' };
    expect(Object.keys(createScheduleBody.parse(body))).not.toEqual(
      expect.arrayContaining(['id', 'userEmail', 'createdAt']),
    );
  });

  it.each([
    { tags: 1 },
    { cron: ['* * * * *'] },
    { args: { A: {} } },
    { enabled: 'yes' },
    { group: 'a\0b' },
    [],
  ])('refuses %j', (body) => expect(createScheduleBody.safeParse(body).success).toBe(false));
});

describe('updateScheduleBody', () => {
  it('distinguishes omitted from empty', () => {
    expect(updateScheduleBody.parse({ tags: '' })).toEqual({ tags: '' });
    expect(updateScheduleBody.parse({ args: {} })).toEqual({ args: {} });
  });

  it.each([{ cron: null }, { enabled: 'no' }, { tags: 'a\0b' }, { cron: 'x'.repeat(10_001) }])(
    'refuses %j',
    (body) => expect(updateScheduleBody.safeParse(body).success).toBe(false),
  );
});

describe('scheduleReply', () => {
  it('has a numeric id, as v2 clients decode it', () => {
    expect(scheduleReply.shape.id.safeParse('7').success).toBe(false);
    expect(scheduleReply.shape.id.safeParse(2 ** 53).success).toBe(false);
    expect(scheduleReply.shape.id.parse(2 ** 53 - 1)).toBe(2 ** 53 - 1);
  });
});
