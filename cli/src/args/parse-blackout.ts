import { instantQuery, type BlackoutBody } from '@app/contract';
import { AppError, describeBlackoutProblem, WEEK_DAYS, type WeekDay } from '@app/domain';

import { INVALID_OPTIONS } from './read-query.js';

const WEEKLY = /^(?:(?<days>[a-z,-]+)\s+)?(?<from>\d{1,2}:\d{2})-(?<until>\d{1,2}:\d{2})$/;
const EXPECTED =
  "expected 'mon-fri 22:00-06:00', '22:00-06:00' for every day, or '2026-12-24T00:00:00Z/2026-12-27T00:00:00Z', in the years 1 to 9999 in UTC";

/**
 * Parses a blackout window: `mon-fri 22:00-06:00` in the schedule's time zone (days as lists and ranges, by default all),
 * or two instants separated by a slash. Throws `invalid_args` for anything else.
 */
export function parseBlackout(text: string): BlackoutBody {
  const trimmed = text.trim();
  const blackout = parseOnce(trimmed) ?? parseWeekly(trimmed.toLowerCase());
  if (blackout === null) throw refused(trimmed, EXPECTED);
  const problem = describeBlackoutProblem(
    blackout.kind === 'once'
      ? { ...blackout, from: new Date(blackout.from), until: new Date(blackout.until) }
      : blackout,
  );
  if (problem !== null) throw refused(trimmed, problem);
  return blackout;
}

function parseOnce(text: string): BlackoutBody | null {
  const [from, until, ...more] = text.split('/');
  if (until === undefined || more.length > 0) return null;
  const areInstants = [from, until].every((part) => instantQuery.safeParse(part).success);
  return areInstants && from !== undefined ? { kind: 'once', from, until } : null;
}

function parseWeekly(text: string): BlackoutBody | null {
  const { days, from, until } = WEEKLY.exec(text)?.groups ?? {};
  if (from === undefined || until === undefined) return null;
  const chosen = days === undefined ? WEEK_DAYS : parseDays(days);
  if (chosen === null) return null;
  const inOrder = WEEK_DAYS.filter((day) => chosen.includes(day));
  // The contract writes the end of a day as 00:00.
  return {
    kind: 'weekly',
    days: inOrder,
    from: withZero(from),
    until: withZero(until).replace('24:00', '00:00'),
  };
}

function withZero(time: string): string {
  return time.padStart(5, '0');
}

/** Null: not days. A range may wrap around the end of the week. */
function parseDays(text: string): WeekDay[] | null {
  const days: WeekDay[] = [];
  for (const part of text.split(',')) {
    const [first, last = first, ...more] = part.split('-').map((word) => WEEK_DAYS.indexOf(word as WeekDay));
    if (first === undefined || last === undefined || first < 0 || last < 0 || more.length > 0) return null;
    const count = ((last - first + WEEK_DAYS.length) % WEEK_DAYS.length) + 1;
    for (let n = 0; n < count; n++) days.push(WEEK_DAYS[(first + n) % WEEK_DAYS.length]!);
  }
  return days;
}

function refused(text: string, message: string): AppError {
  return new AppError('invalid_args', INVALID_OPTIONS, {
    details: [{ field: '--blackout', message: `${message}; got ${JSON.stringify(text)}` }],
  });
}
