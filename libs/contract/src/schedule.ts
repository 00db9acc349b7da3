import {
  MAX_BLACKOUTS,
  MAX_MISFIRE_GRACE_SECONDS,
  MISFIRE_POLICIES,
  NOTIFY_EVENTS,
  OVERLAP_POLICIES,
  TICK_OUTCOMES,
  WEEK_DAYS,
} from '@app/domain';
import { z } from 'zod';
import { envValues } from './env-values.js';
import { executionIdText } from './execution-id.js';
import { MAX_EXECUTION_ID } from './limits.js';
import { idPage, instant, instantQuery, next, queryFlag } from './paging.js';
import { optionalText, storableText } from './text.js';

const blackout = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('once'), from: instant, until: instant }),
  z.object({
    kind: z.literal('weekly'),
    /** On which a window begins. */
    days: z.array(z.enum(WEEK_DAYS)),
    /** `HH:MM` of the schedule's time zone. Not before `until`: it ends on the following day. */
    from: z.string(),
    until: z.string(),
  }),
]);
export type BlackoutBody = z.output<typeof blackout>;

/** What v2 did not know. */
const additions = {
  /** IANA, such as `Europe/Berlin`. */
  timeZone: storableText.describe('IANA, such as Europe/Berlin; UTC if left out.'),
  /** Fires once, then; instead of `cron`. */
  at: instantQuery.describe('Fires once, then; instead of cron.'),
  overlap: z
    .enum(OVERLAP_POLICIES)
    .describe('What happens at a tick while the run before it goes on; allow if left out.'),
  misfire: z
    .enum(MISFIRE_POLICIES)
    .describe('What happens to ticks that nobody fired in time; once (the latest) if left out.'),
  misfireGraceSeconds: z
    .int()
    .min(0)
    .max(MAX_MISFIRE_GRACE_SECONDS)
    .describe('A tick that is at most this late is on time; 60 if left out.'),
  blackouts: z.array(blackout).max(MAX_BLACKOUTS).describe('Ticks in these windows do not fire.'),
  notifyOn: z
    .array(z.enum(NOTIFY_EVENTS))
    .max(NOTIFY_EVENTS.length)
    .describe('What the notification addresses are told; success and failure if left out.'),
};

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
  ...z.object(additions).partial().shape,
});
export type CreateScheduleBody = z.output<typeof createScheduleBody>;

/** Body of `PATCH /schedule/{id}`: what is left out stays. `cron` and `at` take the place of each other. */
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

/** v2's clients know no pages: one holds what anybody will have. */
const MAX_SCHEDULES = 1_000;
const LIMIT_RULE = `limit must be a whole number from 1 to ${MAX_SCHEDULES}`;

/** A page may be shorter, as it is at most about 4 MiB; the last one was reached when there is none after it. */
export const listSchedulesQuery = z.object({
  all: queryFlag.optional().default(false).describe('Also those that are paused.'),
  limit: z
    .string()
    .regex(/^\d{1,4}$/, { error: LIMIT_RULE, abort: true })
    .refine((text) => Number(text) >= 1 && Number(text) <= MAX_SCHEDULES, LIMIT_RULE)
    .transform(Number)
    .default(MAX_SCHEDULES)
    .describe(`Most schedules of an answer, 1 to ${MAX_SCHEDULES}, which is meant if left out.`),
  cursor: executionIdText.describe('The id of the last schedule of the answer before.').optional(),
});

export const scheduleReply = z.object({
  id: z.int().min(1).max(MAX_EXECUTION_ID),
  jobName: z.string(),
  /** Those of type `secret` are `***`. */
  args: z.record(z.string(), z.string()),
  tags: z.string(),
  /** Empty if it has `at`. */
  cron: z.string(),
  notificationEmails: z.string(),
  userEmail: z.string(),
  group: z.string(),
  enabled: z.boolean(),
  createdAt: instant,
  updatedAt: instant,
  timeZone: z.string(),
  at: instant.optional(),
  overlap: z.enum(OVERLAP_POLICIES),
  misfire: z.enum(MISFIRE_POLICIES),
  misfireGraceSeconds: z.int(),
  blackouts: z.array(blackout),
  notifyOn: z.array(z.enum(NOTIFY_EVENTS)),
  /** Why it is paused, if no person did that. */
  pausedReason: z.string().optional(),
  /** Left out while it is paused. */
  nextFireAt: instant.optional(),
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
    .describe(`How many, 1 to ${MAX_NEXT_TIMES}; 10 if left out.`),
});

/** As if it were not paused; times in a blackout are left out. */
export const nextTimesReply = z.object({ timeZone: z.string(), times: z.array(instant) });
export type NextTimesReply = z.output<typeof nextTimesReply>;

/** `GET /schedule/{id}/history`. */
export const scheduleHistoryQuery = z.object(idPage);

/** What became of a tick. */
export const tickReply = z.object({
  /** The instant that the schedule names. */
  fireAt: instant,
  outcome: z.enum(TICK_OUTCOMES),
  /** Of `fired`. */
  executionId: z.int().optional(),
  /** More than 1: it stands for so many missed ticks in a row, from `fireAt` on. */
  count: z.int(),
  reason: z.string().optional(),
  decidedAt: instant,
});
export type TickReply = z.output<typeof tickReply>;

/** Newest first. */
export const scheduleHistoryReply = z.object({ ticks: z.array(tickReply), next });

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
