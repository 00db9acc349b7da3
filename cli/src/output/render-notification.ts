import type { NotificationReply } from '@app/contract';
import { plainLine } from '@app/domain';
import { shortTime } from './render-execution.js';

export const NOTIFICATION_HEADER = [
  'ID',
  'EVENT',
  'ABOUT',
  'CHANNEL',
  'RECIPIENT',
  'STATE',
  'ATTEMPTS',
  'WHEN',
  'REASON',
];

/** A row of `proctor notification list`. `WHEN`: when it was sent, or when the next attempt is due. */
export function notificationRow(notification: NotificationReply): string[] {
  return [
    String(notification.id),
    notification.event,
    notification.execution_id === undefined
      ? `schedule ${notification.schedule_id ?? '?'}`
      : String(notification.execution_id),
    plainLine(notification.channel),
    plainLine(notification.recipient),
    notification.state,
    String(notification.attempts),
    shortTime(notification.sent_at ?? notification.next_attempt_at),
    plainLine(notification.failed_reason ?? ''),
  ];
}
