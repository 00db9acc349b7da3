import type { NotificationReply } from '@app/contract';
import type { DeliveryRecord } from '@app/database';

/** Converts a delivery to the contract's form. Leaves out times and ids that are null. Pure. */
export function toNotificationReply(delivery: DeliveryRecord): NotificationReply {
  const { recipient, failedReason, executionId, scheduleId, nextAttemptAt, sentAt } = delivery;
  const shown = showRecipient(recipient);
  return {
    id: delivery.id,
    event: delivery.event,
    ...(executionId !== null && { execution_id: executionId }),
    ...(scheduleId !== null && { schedule_id: scheduleId }),
    channel: delivery.channel,
    recipient: shown,
    state: delivery.state,
    attempts: delivery.attempts,
    ...(nextAttemptAt && { next_attempt_at: nextAttemptAt.toISOString() }),
    ...(failedReason !== null && { failed_reason: withoutUrl(failedReason, recipient, shown) }),
    created_at: delivery.createdAt.toISOString(),
    ...(sentAt && { sent_at: sentAt.toISOString() }),
  };
}

/** Shows only the origin of a URL: its path, query or password may be the credential of a webhook. Pure. */
export function showRecipient(recipient: string): string {
  if (!/^[a-z][a-z0-9+.-]*:/i.test(recipient)) return recipient;
  const url = URL.canParse(recipient) ? new URL(recipient) : null;
  return url !== null && url.host !== '' ? `${url.protocol}//${url.host}` : '***';
}

/** Removes the URL from the reason, where a server may have repeated it. */
function withoutUrl(reason: string, recipient: string, shown: string): string {
  if (recipient === shown) return reason;
  const { pathname, search } = URL.canParse(recipient) ? new URL(recipient) : { pathname: '', search: '' };
  const path = `${pathname}${search}`;
  const rest = reason.replaceAll(recipient, shown);
  return path.length > 1 ? rest.replaceAll(path, '/***') : rest;
}
