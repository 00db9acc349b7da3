import { DELIVERY_STATES, NOTIFY_EVENTS, OUTBOX_EVENTS } from '@app/domain';
import { z } from 'zod';
import { executionIdText } from './execution-id.js';
import { MAX_EXECUTION_ID } from './limits.js';
import { idPage, instant, next } from './paging.js';
import { isStorable, NOT_STORABLE } from './text.js';

const MAX_CHANNEL_LENGTH = 200;

/** `GET /notification`: all that is given must hold. */
export const listNotificationsQuery = z.object({
  state: z.enum(DELIVERY_STATES, { error: `state must be one of ${DELIVERY_STATES.join(', ')}` }).optional(),
  channel: z
    .string()
    .min(1)
    .max(MAX_CHANNEL_LENGTH)
    .refine(isStorable, NOT_STORABLE)
    .describe('mail, slack, webhook, callback, or plugin:NAME.')
    .optional(),
  execution: executionIdText.describe('Only what is told of this execution.').optional(),
  ...idPage,
});

const id = z.int().min(1).max(MAX_EXECUTION_ID);

/** One event to one recipient over one channel. */
export const notificationReply = z.object({
  /** Smaller than that of later ones; not that of an execution. */
  id,
  event: z.enum(OUTBOX_EVENTS),
  /** Left out for an event of a schedule. */
  execution_id: id.optional(),
  /** Left out for an event of an execution. */
  schedule_id: id.optional(),
  /** `mail`, `slack`, `webhook`, `callback`, or `plugin:NAME`. */
  channel: z.string(),
  /**
   * Of a URL its scheme, host and port alone: path and query may be secrets. Empty where the channel has one target
   * only.
   */
  recipient: z.string(),
  state: z.enum(DELIVERY_STATES),
  /** How often it was tried since it was made or sent again. */
  attempts: z.int(),
  /** Only while it is pending. */
  next_attempt_at: instant.optional(),
  /** Why the last attempt failed, one line; left out if none has. */
  failed_reason: z.string().optional(),
  created_at: instant,
  sent_at: instant.optional(),
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
    .describe('What the caller is told of executions that they ask for by hand; empty: nothing.'),
});

/** Each at most once. */
export const notifyPreferenceReply = z.object({ notify_on: z.array(z.enum(NOTIFY_EVENTS)) });
