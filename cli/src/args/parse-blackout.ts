import { instantQuery, type BlackoutBody } from '@app/contract';
import { AppError, describeBlackoutProblem, WEEK_DAYS, type WeekDay } from '@app/domain';

const WEEKLY = /^(?:(?<days>[a-z,-]+)\s+)?(?<from>\d{1,2}:\d{2})-(?<until>\d{1,2}:\d{2})$/;
const EXPECTED =
  "expected 'mon-fri 22:00-06:00', '22:00-06:00' for all days, or '2026-12-24T00:00:00Z/2026-12-27T00:00:00Z', in the years 1 to 9999 in UTC";

/**
 * A window as typed: `mon-fri 22:00-06:00` (days with commas and ranges; left out: all; of the schedule's zone), or two
 * instants with a slash. Pure. Throws `invalid_args` for anything else.
 */
export function parseBlackout(text: string): BlackoutBody {
  const typed = text.trim();
  const blackout = parseOnce(typed) ?? parseWeekly(typed.toLowerCase());
  if (blackout === null) throw refused(typed, EXPECTED);
  const problem = describeBlackoutProblem(
    blackout.kind === 'once'
      ? { ...blackout, from: new Date(blackout.from), until: new Date(blackout.until) }
      : blackout,
  );
  if (problem !== null) throw refused(typed, problem);
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
  const wanted = days === undefined ? WEEK_DAYS : parseDays(days);
  if (wanted === null) return null;
  // In the order of the week, whatever the order they are typed in.
  const inOrder = WEEK_DAYS.filter((day) => wanted.includes(day));
  // The end of a day may be written 24:00: the schedule's form of it is 00:00.
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

/** Null: not days. A range may go over the end of the week. */
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
  return new AppError('invalid_args', "These options can't be used.", {
    details: [{ field: '--blackout', message: `${message}; got ${JSON.stringify(text)}` }],
  });
}
