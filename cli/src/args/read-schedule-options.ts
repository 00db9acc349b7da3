import { instantQuery, parseDurationMs, type BodyInputOf } from '@app/contract';
import { AppError, type MisfirePolicy, type OverlapPolicy } from '@app/domain';
import { parseBlackout } from './parse-blackout.js';
import { INVALID_OPTIONS } from './read-query.js';
import { readNotifyEvents } from './read-notify-events.js';

/** The options that `schedule create` and `schedule update` share, as typed. Undefined or empty: not given. */
export interface ScheduleOptions {
  cron: string | undefined;
  /** An instant, or a duration from now. */
  at: string | undefined;
  /** An IANA name, or `local` for the user's own. */
  timeZone: string | undefined;
  overlap: string | undefined;
  misfire: string | undefined;
  /** A duration. */
  grace: string | undefined;
  /** Each may be several, separated by commas. */
  notifyOn: readonly string[];
  blackouts: readonly string[];
  group: string | undefined;
  /** Comma-separated email addresses. */
  notify: string | undefined;
  /** Comma-separated. */
  tags: string | undefined;
}

export interface LocalClock {
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

/** The options as fields of the request. Throws `invalid_args` for the first invalid option. */
export function readScheduleOptions(options: ScheduleOptions, clock: LocalClock): Fields {
  const { cron, at, timeZone, overlap, misfire, grace, notifyOn, blackouts, group, notify, tags } = options;
  if (cron !== undefined && at !== undefined) throw refused('--at', 'use either --cron or --at, not both');
  return {
    ...(cron !== undefined && { cron }),
    ...(at !== undefined && { at: readMoment(at, clock.nowMs) }),
    ...(timeZone !== undefined && { timeZone: timeZone === 'local' ? clock.timeZone : timeZone }),
    // The parser accepts only the declared choices.
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
  // Null also for an instant outside the range of Date.
  const at = ms === null ? null : new Date(nowMs + ms).toJSON();
  if (at !== null && instantQuery.safeParse(at).success) return at;
  throw refused(
    '--at',
    `expected a time with its offset, such as 2026-12-24T18:00:00+01:00, or a duration from now such as 2h, up to the end of the year 9999 in UTC; got ${JSON.stringify(text)}`,
  );
}

function readGrace(text: string): number {
  const ms = parseDurationMs(text);
  if (ms !== null) return ms / 1_000;
  throw refused('--grace', `expected a duration such as 90s, 10m or 1h; got ${JSON.stringify(text)}`);
}

function refused(field: string, message: string): AppError {
  return new AppError('invalid_args', INVALID_OPTIONS, { details: [{ field, message }] });
}
