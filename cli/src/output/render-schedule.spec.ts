import { scheduleReply, type NotificationReply, type ScheduleReply } from '@app/contract';
import { oneShotReason } from '@app/domain';
import { describe, expect, it } from '@jest/globals';
import { notificationRow } from './render-notification.js';
import { renderNextTimes, tickHeader, tickRow } from './render-schedule-times.js';
import { renderSchedule, renderScheduleList } from './render-schedule.js';

const nightly: ScheduleReply = scheduleReply.parse({
  ...{ id: 7, jobName: 'report', args: { B: '2', A: '1\u001b[2J' }, tags: 't', cron: '0 7 * * *' },
  ...{ notificationEmails: 'a@b.c', userEmail: 'me@b.c', group: 'ops', enabled: true },
  ...{ createdAt: '2026-01-01T00:00:00.000Z', updatedAt: '2026-01-02T00:00:00.000Z' },
  ...{ timeZone: 'Europe/Berlin', overlap: 'skip', misfire: 'once', misfireGraceSeconds: 60 },
  blackouts: [{ kind: 'weekly', days: ['sat', 'sun'], from: '00:00', until: '00:00' }],
  ...{ notifyOn: ['failure', 'slow'], nextFireAt: '2026-02-02T06:00:00.000Z' },
});
const { nextFireAt: _, ...paused } = { ...nightly, enabled: false, pausedReason: 'Its owner\nleft.' };

describe('renderScheduleList', () => {
  it("shows the next time in the schedule's zone and the user's", () => {
    const [header, one, two] = renderScheduleList([nightly, paused], 'UTC').split('\n');
    expect(header).toMatch(/CRON +GROUP +TAGS +USER +ZONE +NEXT +NEXT \(UTC\)$/);
    expect(one).toMatch(/0 7 \* \* \* .*Europe\/Berlin +2026-02-02T07:00:00\+01:00 +2026-02-02T06:00:00Z$/);
    expect(two).toMatch(/Europe\/Berlin +paused +paused$/);
  });

  it('shows once for a single time, and none if no run is left', () => {
    const { nextFireAt: __, ...done } = { ...nightly, cron: '', at: '2026-02-02T06:00:00.000Z' };
    expect(renderScheduleList([done], 'UTC')).toMatch(/report +once .* none +none\n$/);
  });
});

describe('renderSchedule', () => {
  it('shows every field, harmless for a terminal', () => {
    expect(renderSchedule(nightly, 'UTC')).toBe(
      [
        'Id           7',
        'Proc         report',
        'Cron         0 7 * * *',
        'Zone         Europe/Berlin',
        'State        active',
        'Next         2026-02-02T07:00:00+01:00 (Europe/Berlin), 2026-02-02T06:00:00Z (UTC)',
        'Overlap      skip',
        'Misfire      once, after 60 s',
        'Blackout     sat,sun 00:00-00:00',
        'Group        ops',
        'Tags         t',
        'Notifies     a@b.c',
        'Notifies on  failure, slow',
        'User         me@b.c',
        'Created      2026-01-01T00:00:00Z',
        'Changed      2026-01-02T00:00:00Z',
        'Arguments:',
        '  A  1',
        '  B  2',
        '',
      ].join('\n'),
    );
  });

  it('shows when a schedule that was to run once has run', () => {
    const at = '2026-02-02T06:00:00Z';
    const done = { ...paused, cron: '', at, pausedReason: oneShotReason({ outcome: 'fired', reason: null }) };
    expect(renderSchedule(done, 'Europe/Berlin')).toMatch(
      /^State +done: ran once at 2026-02-02T07:00:00\+01:00$/m,
    );
  });

  it.each([
    ['blacked_out', null, 'skipped: a blackout window covers that time.'],
    ['overlapped', 'the previous execution had not ended', 'skipped: the previous execution had not ended.'],
    ['missed', 'no scheduler fired it in time', 'skipped: no scheduler fired it in time.'],
    ['refused', 'Its proc was removed.', 'refused: Its proc was removed.'],
  ] as const)('shows that its only run was %s', (outcome, reason, expected) => {
    const once = { ...paused, cron: '', at: '2026-02-02T06:00:00Z' };
    const text = renderSchedule({ ...once, pausedReason: oneShotReason({ outcome, reason }) }, 'UTC');
    expect(text).toContain(`\nState        done: was due at 2026-02-02T06:00:00Z and was ${expected}\n`);
  });

  it('shows why a single run was paused before its time', () => {
    const text = renderSchedule({ ...paused, cron: '', at: '2099-02-02T06:00:00Z' }, 'UTC');
    expect(text).toMatch(/^State +paused: Its owner left\.$/m);
  });

  it('shows why it is paused, and that it sends no email', () => {
    const text = renderSchedule({ ...paused, notifyOn: [] }, 'Europe/Berlin');
    expect(text).toMatch(/^State +paused: Its owner left\.$/m);
    expect(text).toMatch(/^Next +none$/m);
    expect(text).toMatch(/^Notifies on +nothing$/m);
  });

  it('shows a time once if both zones are equal', () => {
    const text = renderSchedule({ ...nightly, cron: '', at: '2026-02-02T06:00:00Z' }, 'Europe/Berlin');
    expect(text).toMatch(/^Once at +2026-02-02T07:00:00\+01:00 \(Europe\/Berlin\)$/m);
  });
});

describe('times', () => {
  const times = ['2026-02-02T06:00:00.000Z', '2026-02-03T06:00:00.000Z'];

  it('are shown side by side', () => {
    expect(renderNextTimes({ timeZone: 'Europe/Berlin', times }, 'UTC')).toBe(
      [
        'Europe/Berlin              UTC',
        '2026-02-02T07:00:00+01:00  2026-02-02T06:00:00Z',
        '2026-02-03T07:00:00+01:00  2026-02-03T06:00:00Z',
        '',
      ].join('\n'),
    );
    expect(renderNextTimes({ timeZone: 'UTC', times: times.slice(1) }, 'UTC')).toBe(
      'UTC\n2026-02-03T06:00:00Z\n',
    );
    expect(renderNextTimes({ timeZone: 'UTC', times: [] }, 'UTC')).toBe(
      'The schedule has no further runs.\n',
    );
  });

  it('in the past show their outcome', () => {
    const tick = { fireAt: times[0]!, decidedAt: times[0]!, count: 1 };
    expect(tickHeader('UTC', 'UTC')).toEqual(['UTC', 'OUTCOME', 'EXECUTION', 'REASON']);
    expect(tickRow({ ...tick, outcome: 'fired', executionId: 12 }, 'UTC', 'Europe/Berlin')).toEqual([
      ...['2026-02-02T06:00:00Z', '2026-02-02T07:00:00+01:00', 'fired', '12', ''],
    ]);
    const missed = { ...tick, outcome: 'missed' as const, count: 12, reason: 'nobody\nlooked' };
    expect(tickRow(missed, 'UTC', 'UTC')).toEqual([
      ...['2026-02-02T06:00:00Z', 'missed (12 in a row)', '', 'nobody looked'],
    ]);
  });
});

describe('notificationRow', () => {
  const failed: NotificationReply = {
    ...{ id: 5, event: 'ended', execution_id: 12, channel: 'mail', recipient: 'a@b.c', state: 'failed' },
    ...{ attempts: 8, failed_reason: '550 no\u001b[2J such user', created_at: '2026-01-01T00:00:00.000Z' },
  };

  it('shows its subject and its time', () => {
    expect(notificationRow(failed)).toEqual([
      ...['5', 'ended', '12', 'mail', 'a@b.c', 'failed', '8', '', '550 no such user'],
    ]);
    const { execution_id: __, ...rest } = failed;
    const pending = { ...rest, schedule_id: 3, state: 'pending' as const };
    expect(notificationRow({ ...pending, next_attempt_at: '2026-01-01T00:00:09.5Z' })).toEqual([
      ...['5', 'ended', 'schedule 3', 'mail', 'a@b.c', 'pending', '8', '2026-01-01T00:00:09Z'],
      '550 no such user',
    ]);
  });
});
