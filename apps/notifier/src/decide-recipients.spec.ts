import { describe, expect, it } from '@jest/globals';
import type { OutboxEvent } from '@app/database';
import { decideRecipients, type BroadcastChannels } from './decide-recipients.js';
import { anEvent, anExecution, aSchedule } from './testing/events.js';

const NONE: BroadcastChannels = { slack: false, webhook: false, plugins: [] };
const ALL: BroadcastChannels = { slack: true, webhook: true, plugins: ['plugin:a', 'plugin:b'] };

const mailed = (event: OutboxEvent) =>
  decideRecipients(event, NONE)
    .filter(({ channel }) => channel === 'mail')
    .map(({ recipient }) => recipient);
const channelsOf = (event: OutboxEvent) => decideRecipients(event, ALL).map(({ channel }) => channel);

describe('the recipients of a mail', () => {
  const schedule = aSchedule({ notificationEmails: ['a@x.org', 'B@x.org', 'b@x.org'] });
  const scheduled = anExecution({ origin: { kind: 'schedule', scheduleId: schedule.id } });

  it.each<[OutboxEvent['name'], 'FINISHED' | 'POD_FAILED' | 'POD_READY', string]>([
    ['started', 'POD_READY', 'start'],
    ['slow', 'POD_READY', 'slow'],
    ['ended', 'FINISHED', 'success'],
    ['ended', 'POD_FAILED', 'failure'],
  ])('%s (%s): those who chose %s, and no others', (name, status, topic) => {
    const topics = ['start', 'success', 'failure', 'slow'] as const;
    const execution = { ...scheduled, status };
    for (const notifyOn of topics) {
      const wants = notifyOn === topic;
      const bySchedule = anEvent({ name, execution, schedule: { ...schedule, notifyOn: [notifyOn] } });
      expect(mailed(bySchedule)).toEqual(wants ? ['a@x.org', 'b@x.org'] : []);
      const byHand = anEvent({
        name,
        execution: { ...execution, origin: { kind: 'person' } },
        ownerNotifyOn: [notifyOn],
      });
      expect(mailed(byHand)).toEqual(wants ? ['ada@example.org'] : []);
    }
  });

  it('uses the preferences of the owner only for manual executions, those of the schedule only for its own', () => {
    const all = ['start', 'success', 'failure', 'slow'] as const;
    expect(
      mailed(anEvent({ execution: scheduled, schedule: { ...schedule, notifyOn: [] }, ownerNotifyOn: all })),
    ).toEqual([]);
    expect(mailed(anEvent({ execution: scheduled, schedule: null, ownerNotifyOn: all }))).toEqual([]);
  });

  it('a paused schedule: its addresses and its owner, each once, regardless of their preferences', () => {
    const paused = { ...schedule, notifyOn: [], userEmail: 'A@x.org' };
    expect(mailed(anEvent({ name: 'schedule_paused', execution: null, schedule: paused }))).toEqual([
      'A@x.org',
      'b@x.org',
    ]);
  });

  it('no owner without an email address', () => {
    const event = anEvent({ execution: anExecution({ userEmail: 'anonymous' }), ownerNotifyOn: ['success'] });
    expect(mailed(event)).toEqual([]);
  });
});

describe('the channels of', () => {
  it.each<[OutboxEvent['name'], string[]]>([
    ['ended', ['callback', 'slack', 'webhook', 'plugin:a', 'plugin:b']],
    ['started', ['webhook', 'plugin:a', 'plugin:b']],
    ['slow', ['slack', 'webhook', 'plugin:a', 'plugin:b']],
  ])('%s', (name, expected) => {
    expect(channelsOf(anEvent({ name, callback: 'https://x.org/' }))).toEqual(expected);
  });

  it('a paused schedule', () => {
    const event = anEvent({ name: 'schedule_paused', execution: null, schedule: null });
    expect(channelsOf(event)).toEqual(['slack', 'webhook']);
  });

  it('a pruned execution: none', () => {
    expect(channelsOf(anEvent({ execution: null }))).toEqual([]);
  });
});
