import {
  MAX_BLACKOUTS,
  MAX_MISFIRE_GRACE_SECONDS,
  MISFIRE_POLICIES,
  NOTIFY_EVENTS,
  OVERLAP_POLICIES,
  TICK_OUTCOMES,
  WEEK_DAYS,
} from '@app/domain';
import * as z from 'zod';
import { envValues } from './env-values.js';
import { executionIdText } from './execution-id.js';
import { MAX_EXECUTION_ID } from './limits.js';
import { idPage, instant, instantQuery, next, queryFlag } from './paging.js';
import { optionalText, storableText, warnings } from './text.js';

const blackout = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('once'), from: instant, until: instant }),
  z.object({
    kind: z.literal('weekly'),
    days: z
      .array(z.enum(WEEK_DAYS))
      .max(WEEK_DAYS.length, `must have at most ${WEEK_DAYS.length} entries`)
      .describe('The days on which the window begins.'),
    from: z
      .string()
      .describe(
        "`HH:MM` in the schedule's time zone. If it is not before `until`, the window ends on the next day.",
      ),
    until: z.string().describe('`HH:MM`, exclusive.'),
  }),
]);
export type BlackoutBody = z.output<typeof blackout>;

/** Fields that are not in v2. */
const additions = {
  timeZone: storableText.describe('An IANA time zone, such as Europe/Berlin. Default: UTC.'),
  at: instantQuery.describe('Fire once, at this time. Replaces `cron`.'),
  overlap: z
    .enum(OVERLAP_POLICIES)
    .describe('What to do at a tick while the previous run is still going. Default: allow.'),
  misfire: z
    .enum(MISFIRE_POLICIES)
    .describe('What to do about missed ticks. Default: once (run the latest).'),
  misfireGraceSeconds: z
    .int()
    .min(0)
    .max(MAX_MISFIRE_GRACE_SECONDS)
    .describe('A tick that is at most this late counts as on time. Default: 60.'),
  blackouts: z.array(blackout).max(MAX_BLACKOUTS).describe('Ticks in these windows do not fire.'),
  notifyOn: z
    .array(z.enum(NOTIFY_EVENTS))
    .max(NOTIFY_EVENTS.length)
    .describe('The events that the notification addresses get. Default: success and failure.'),
};

/**
 * Body of `POST /schedule` in v2's shape. v2 clients print a fixed text for each missing or invalid field, so the schema
 * accepts any text and the gateway checks the fields in v2's order.
 */
export const createScheduleBody = z.object({
  jobName: optionalText.describe('Name of the proc. Required.'),
  args: envValues,
  tags: optionalText.describe('Labels, comma-separated. Required.'),
  cron: optionalText.describe(
    'Five fields, six with seconds first, or a name such as `@daily`. Required without `at`.',
  ),
  notificationEmails: optionalText.describe('Addresses to notify, comma-separated. Required.'),
  group: optionalText.describe('A label, such as the name of a group: it gives no one access. Required.'),
  enabled: z
    .boolean()
    .nullish()
    .transform((enabled) => enabled ?? true)
    .describe('False: create it paused. Default: true.'),
  ...z.object(additions).partial().shape,
});
export type CreateScheduleBody = z.output<typeof createScheduleBody>;

/** Body of `PATCH /schedule/{id}`. Omitted fields keep their values. `cron` and `at` replace each other. */
export const updateScheduleBody = z.object({
  args: envValues.optional(),
  tags: storableText.optional(),
  cron: storableText.optional(),
  notificationEmails: storableText.optional(),
  group: storableText.optional(),
  enabled: z.boolean().optional(),
  ...z.object(additions).partial().shape,
});
export type UpdateScheduleBody = z.output<typeof updateScheduleBody>;

export const scheduleParams = z.object({ id: executionIdText });

/** v2 clients do not page, so one page holds more schedules than anyone is expected to have. */
const MAX_SCHEDULES = 1_000;
const LIMIT_RULE = `limit must be a whole number from 1 to ${MAX_SCHEDULES}`;

/** A page is at most about 4 MiB and may be shorter than `limit`. There is a next page if the reply has a `Link` header. */
export const listSchedulesQuery = z.object({
  all: queryFlag.optional().default(false).describe('Include paused schedules.'),
  limit: z
    .string()
    .regex(/^\d{1,4}$/, { error: LIMIT_RULE, abort: true })
    .refine((text) => Number(text) >= 1 && Number(text) <= MAX_SCHEDULES, LIMIT_RULE)
    .transform(Number)
    .default(MAX_SCHEDULES)
    .describe(`Maximum schedules per page, 1 to ${MAX_SCHEDULES}. Default: ${MAX_SCHEDULES}.`),
  cursor: executionIdText.describe('The id of the last schedule of the previous page.').optional(),
});

export const scheduleReply = z.object({
  id: z.int().min(1).max(MAX_EXECUTION_ID),
  jobName: z.string(),
  args: z.record(z.string(), z.string()).describe('Args of type `secret` appear as `***`.'),
  tags: z.string(),
  cron: z.string().describe('Empty if `at` is set.'),
  notificationEmails: z.string(),
  userEmail: z.string().describe('The owner.'),
  group: z.string(),
  enabled: z.boolean().describe('False: it is paused.'),
  createdAt: instant,
  updatedAt: instant,
  timeZone: z.string(),
  at: instant.optional(),
  overlap: z.enum(OVERLAP_POLICIES),
  misfire: z.enum(MISFIRE_POLICIES),
  misfireGraceSeconds: z.int(),
  blackouts: z.array(blackout),
  notifyOn: z.array(z.enum(NOTIFY_EVENTS)),
  pausedReason: z.string().optional().describe('Why Proctor paused it. Omitted if a person did.'),
  nextFireAt: instant.optional().describe('Omitted while the schedule is paused.'),
  warnings,
});
export type ScheduleReply = z.output<typeof scheduleReply>;

export const listSchedulesReply = z.array(scheduleReply);

const MAX_NEXT_TIMES = 100;
const COUNT_RULE = `count must be a whole number from 1 to ${MAX_NEXT_TIMES}`;

/** `GET /schedule/{id}/next`. */
export const nextTimesQuery = z.object({
  count: z
    .string()
    .regex(/^\d{1,3}$/, { error: COUNT_RULE, abort: true })
    .refine((text) => Number(text) >= 1 && Number(text) <= MAX_NEXT_TIMES, COUNT_RULE)
    .transform(Number)
    .default(10)
    .describe(`How many times to list, 1 to ${MAX_NEXT_TIMES}. Default: 10.`),
});

/** Ignores whether the schedule is paused. Times in a blackout window are omitted. */
export const nextTimesReply = z.object({ timeZone: z.string(), times: z.array(instant) });
export type NextTimesReply = z.output<typeof nextTimesReply>;

/** `GET /schedule/{id}/history`. */
export const scheduleHistoryQuery = z.object(idPage);

/** The outcome of a tick. */
export const tickReply = z.object({
  fireAt: instant.describe('The scheduled time.'),
  outcome: z.enum(TICK_OUTCOMES),
  executionId: z.int().optional().describe('Present if the outcome is `fired`.'),
  count: z
    .int()
    .describe(
      'If greater than 1: how many consecutive missed ticks this entry stands for, from `fireAt` on.',
    ),
  reason: z.string().optional(),
  decidedAt: instant,
});
export type TickReply = z.output<typeof tickReply>;

/** Newest first. */
export const scheduleHistoryReply = z.object({ ticks: z.array(tickReply), next });

/** The texts that v2 clients print. */
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
