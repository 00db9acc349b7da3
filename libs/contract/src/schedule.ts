import { z } from 'zod';
import { envValues } from './env-values.js';
import { executionIdText } from './execution-id.js';
import { MAX_EXECUTION_ID } from './limits.js';
import { instant } from './paging.js';
import { optionalText, storableText } from './text.js';

/**
 * Body of `POST /schedule`, v2-shaped. What is missing or wrong in it has a text of its own that v2 clients print, so
 * the schema takes any text and the gateway checks it in v2's order.
 */
export const createScheduleBody = z.object({
  jobName: optionalText,
  args: envValues,
  tags: optionalText,
  /** Five fields, six with seconds first, or a name such as `@daily`. */
  cron: optionalText,
  /** Comma-separated. */
  notificationEmails: optionalText,
  group: optionalText,
  enabled: z
    .boolean()
    .nullish()
    .transform((enabled) => enabled ?? true),
});
export type CreateScheduleBody = z.output<typeof createScheduleBody>;

/** Body of `PATCH /schedule/{id}`: what is left out stays. */
export const updateScheduleBody = z.object({
  args: envValues.optional(),
  tags: storableText.optional(),
  cron: storableText.optional(),
  notificationEmails: storableText.optional(),
  group: storableText.optional(),
  enabled: z.boolean().optional(),
});
export type UpdateScheduleBody = z.output<typeof updateScheduleBody>;

export const scheduleParams = z.object({ id: executionIdText });

export const scheduleReply = z.object({
  id: z.int().min(1).max(MAX_EXECUTION_ID),
  jobName: z.string(),
  /** Those of type `secret` are `***`. */
  args: z.record(z.string(), z.string()),
  tags: z.string(),
  cron: z.string(),
  notificationEmails: z.string(),
  userEmail: z.string(),
  group: z.string(),
  enabled: z.boolean(),
  createdAt: instant,
  updatedAt: instant,
});
export type ScheduleReply = z.output<typeof scheduleReply>;

export const listSchedulesReply = z.array(scheduleReply);

/** The texts that v2's clients print. */
export const SCHEDULE_TEXTS = {
  malformed: 'Malformed request',
  tagsMissing: 'Schedule tag(s) are missing',
  cronInvalid: 'Schedule cron format is invalid',
  emailInvalid: 'Email is invalid',
  groupMissing: 'Schedule group is missing',
  procNotFound: 'Metadata not found',
  duplicate: 'Schedule job name and args duplicate is found',
  deleted: 'Schedule delete is successful',
  notFound: 'Schedule not found',
} as const;
