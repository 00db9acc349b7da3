import { describe, expect, it } from '@jest/globals';
import type { DeliveryRecord } from '@app/database';
import { showRecipient, toNotificationReply } from './to-reply.js';

const SENT: DeliveryRecord = {
  id: 7,
  event: 'ended',
  executionId: 12,
  scheduleId: null,
  channel: 'mail',
  recipient: 'ada@example.com',
  state: 'sent',
  attempts: 1,
  nextAttemptAt: null,
  failedReason: null,
  createdAt: new Date('2026-01-31T10:00:00Z'),
  sentAt: new Date('2026-01-31T10:00:01Z'),
};

describe('showRecipient', () => {
  it.each([
    ['ada@example.com', 'ada@example.com'],
    ['', ''],
    ['https://hooks.example.com/services/T0/s3cret', 'https://hooks.example.com'],
    ['http://10.0.0.1:8080/?key=s3cret#s3cret', 'http://10.0.0.1:8080'],
    ['https://ada:s3cret@example.com/', 'https://example.com'],
    ['https://exa mple/s3cret', '***'],
    ['mailto:s3cret', '***'],
    ['HTTPS://EXAMPLE.com/s3cret', 'https://example.com'],
  ])('%j: %j', (recipient, shown) => {
    expect(showRecipient(recipient)).toBe(shown);
  });
});

describe('toNotificationReply', () => {
  it('leaves out fields that are null', () => {
    expect(toNotificationReply(SENT)).toEqual({
      id: 7,
      event: 'ended',
      execution_id: 12,
      channel: 'mail',
      recipient: 'ada@example.com',
      state: 'sent',
      attempts: 1,
      created_at: '2026-01-31T10:00:00.000Z',
      sent_at: '2026-01-31T10:00:01.000Z',
    });
  });

  it('removes the path of a URL from the reason too', () => {
    const recipient = 'https://hooks.example.com/s3cret?k=s3cret';
    const failedReason = `the server answered 404: nothing at /s3cret?k=s3cret (${recipient})`;
    const reply = toNotificationReply({
      ...SENT,
      channel: 'callback',
      recipient,
      state: 'failed',
      failedReason,
    });
    expect(reply.failed_reason).toBe('the server answered 404: nothing at /*** (https://hooks.example.com)');
    expect(JSON.stringify(reply)).not.toContain('s3cret');
  });

  it('does not change the reason of an email', () => {
    const failedReason = '550 no such user: ada@example.com';
    expect(toNotificationReply({ ...SENT, failedReason }).failed_reason).toBe(failedReason);
  });
});
