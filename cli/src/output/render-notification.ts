import type { NotificationReply } from '@app/contract';
import { plainLine } from './filter-controls.js';
import { shortTime } from './render-execution.js';

export const NOTIFICATION_HEADER = [
  'ID',
  'EVENT',
  'OF',
  'CHANNEL',
  'RECIPIENT',
  'STATE',
  'TRIES',
  'WHEN',
  'REASON',
];

/** A row of `proctor notification list`. `WHEN`: when it was sent, or is tried next. */
export function notificationRow(one: NotificationReply): string[] {
  return [
    String(one.id),
    one.event,
    one.execution_id === undefined ? `schedule ${one.schedule_id ?? '?'}` : String(one.execution_id),
    plainLine(one.channel),
    plainLine(one.recipient),
    one.state,
    String(one.attempts),
    shortTime(one.sent_at ?? one.next_attempt_at),
    plainLine(one.failed_reason ?? ''),
  ];
}
