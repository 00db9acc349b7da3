import { DELIVERY_STATES, NOTIFY_EVENTS, OUTBOX_EVENTS } from '@app/domain';
import * as z from 'zod';
import { executionIdText } from './execution-id.js';
import { MAX_EXECUTION_ID } from './limits.js';
import { idPage, instant, next } from './paging.js';
import { isStorable, NOT_STORABLE, warnings } from './text.js';

const MAX_CHANNEL_LENGTH = 200;

/** `GET /notification`. Filters are combined with AND. */
export const listNotificationsQuery = z.object({
  state: z.enum(DELIVERY_STATES, { error: `state must be one of ${DELIVERY_STATES.join(', ')}` }).optional(),
  channel: z
    .string()
    .min(1)
    .max(MAX_CHANNEL_LENGTH)
    .refine(isStorable, NOT_STORABLE)
    .describe('Only this channel: `mail`, `slack`, `webhook`, `callback`, or `plugin:NAME`.')
    .optional(),
  execution: executionIdText.describe('Only notifications about this execution.').optional(),
  ...idPage,
});

const id = z.int().min(1).max(MAX_EXECUTION_ID);

/** One event delivered to one recipient over one channel. */
export const notificationReply = z.object({
  id: id.describe('Increases over time. Not the id of an execution.'),
  event: z.enum(OUTBOX_EVENTS),
  execution_id: id.optional().describe('Omitted for events of a schedule.'),
  schedule_id: id.optional().describe('Omitted for events of an execution.'),
  channel: z.string().describe('`mail`, `slack`, `webhook`, `callback`, or `plugin:NAME`.'),
  recipient: z
    .string()
    .describe(
      'Of a URL, only the scheme, host and port, because the rest may be secret. Empty for a channel with a single target.',
    ),
  state: z.enum(DELIVERY_STATES),
  attempts: z.int().describe('Attempts since the notification was created or resent.'),
  next_attempt_at: instant.optional().describe('Present only while the notification is pending.'),
  failed_reason: z.string().optional().describe('Why the last attempt failed, in one line.'),
  created_at: instant,
  sent_at: instant.optional(),
  warnings,
});
export type NotificationReply = z.output<typeof notificationReply>;

/** Newest first. */
export const listNotificationsReply = z.object({ notifications: z.array(notificationReply), next });

export const notificationParams = z.object({ id: executionIdText });

/** Body of `PUT /whoami/notification`. */
export const setNotifyPreferenceBody = z.object({
  notify_on: z
    .array(z.enum(NOTIFY_EVENTS))
    .max(NOTIFY_EVENTS.length)
    .describe('Events the caller gets email about, for executions they start themselves. Empty: none.'),
});

/** Each at most once. */
export const notifyPreferenceReply = z.object({ notify_on: z.array(z.enum(NOTIFY_EVENTS)), warnings });
