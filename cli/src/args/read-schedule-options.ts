import { instantQuery, parseDurationMs, type BodyInputOf } from '@app/contract';
import { AppError, type MisfirePolicy, type OverlapPolicy } from '@app/domain';
import { parseBlackout } from './parse-blackout.js';
import { readNotifyEvents } from './read-notify-events.js';

/** What `schedule create` and `schedule update` both take, as typed. What is left out is not sent. */
export interface ScheduleOptions {
  cron: string | undefined;
  /** An instant, or a duration from now on. */
  at: string | undefined;
  /** IANA, or `local` for the user's own. */
  timeZone: string | undefined;
  overlap: string | undefined;
  misfire: string | undefined;
  /** A duration. */
  grace: string | undefined;
  /** Several also with commas. */
  notifyOn: readonly string[];
  blackouts: readonly string[];
  group: string | undefined;
  /** Comma-separated e-mails. */
  notify: string | undefined;
  /** Comma-separated. */
  tags: string | undefined;
}

export interface Here {
  nowMs: number;
  /** The user's. */
  timeZone: string;
}

type Fields = Pick<
  BodyInputOf<'updateSchedule'>,
  | 'cron'
  | 'at'
  | 'timeZone'
  | 'overlap'
  | 'misfire'
  | 'misfireGraceSeconds'
  | 'notifyOn'
  | 'blackouts'
  | 'group'
  | 'notificationEmails'
  | 'tags'
>;

/** The same as the gateway takes it. Pure. Throws `invalid_args` for the first option that can't be used. */
export function readScheduleOptions(options: ScheduleOptions, here: Here): Fields {
  const { cron, at, timeZone, overlap, misfire, grace, notifyOn, blackouts, group, notify, tags } = options;
  if (cron !== undefined && at !== undefined) throw refused('--at', 'give either --cron or --at, not both');
  return {
    ...(cron !== undefined && { cron }),
    ...(at !== undefined && { at: readMoment(at, here.nowMs) }),
    ...(timeZone !== undefined && { timeZone: timeZone === 'local' ? here.timeZone : timeZone }),
    // The parser has refused all other words.
    ...(overlap !== undefined && { overlap: overlap as OverlapPolicy }),
    ...(misfire !== undefined && { misfire: misfire as MisfirePolicy }),
    ...(grace !== undefined && { misfireGraceSeconds: readGrace(grace) }),
    ...(notifyOn.length > 0 && { notifyOn: readNotifyEvents('--notify-on', notifyOn) }),
    ...(blackouts.length > 0 && { blackouts: blackouts.map(parseBlackout) }),
    ...(group !== undefined && { group }),
    ...(notify !== undefined && { notificationEmails: notify }),
    ...(tags !== undefined && { tags }),
  };
}

function readMoment(text: string, nowMs: number): string {
  if (instantQuery.safeParse(text).success) return text;
  const ms = parseDurationMs(text);
  // Null also for a time that no Date holds.
  const at = ms === null ? null : new Date(nowMs + ms).toJSON();
  if (at !== null && instantQuery.safeParse(at).success) return at;
  throw refused(
    '--at',
    `expected a time with its offset, such as 2026-12-24T18:00:00+01:00, or a duration from now on such as 2h, until the end of the year 9999 in UTC; got ${JSON.stringify(text)}`,
  );
}

function readGrace(text: string): number {
  const ms = parseDurationMs(text);
  if (ms !== null) return ms / 1_000;
  throw refused('--grace', `expected a duration such as 90s, 10m or 1h; got ${JSON.stringify(text)}`);
}

function refused(field: string, message: string): AppError {
  return new AppError('invalid_args', "These options can't be used.", { details: [{ field, message }] });
}
