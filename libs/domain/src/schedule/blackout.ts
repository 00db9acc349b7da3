/** Monday first. */
export const WEEK_DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;

export type WeekDay = (typeof WEEK_DAYS)[number];

/** A single window. Ticks in `[from, until)` do not fire. */
export interface OneBlackout {
  kind: 'once';
  from: Date;
  until: Date;
}

/**
 * A weekly window. On these days, ticks do not fire from `from` until just before `until` (`HH:MM` of the schedule's wall
 * clock). If `until` is not later than `from`, the window ends on the next day; `days` are the days on which it begins.
 * Equal times make a window of 24 hours.
 */
export interface WeeklyBlackout {
  kind: 'weekly';
  days: readonly WeekDay[];
  from: string;
  until: string;
}

export type Blackout = OneBlackout | WeeklyBlackout;

export const MAX_BLACKOUTS = 50;

/** A reading of the wall clock of a time zone. */
export interface LocalTime {
  day: WeekDay;
  /** Whole minutes since midnight by the wall clock, 0–1439. */
  minutes: number;
}

const TIME_OF_DAY = /^(?:[01]\d|2[0-3]):[0-5]\d$/;

/**
 * Returns true if `instant` is in one of the windows. Weekly windows follow the wall clock, so on the day of a clock change
 * they are shorter or longer. Expects valid windows.
 */
export function isBlackedOut(
  windows: readonly Blackout[],
  instant: Date,
  localTimeOf: (instant: Date) => LocalTime,
): boolean {
  let local: LocalTime | undefined;
  return windows.some((window) =>
    window.kind === 'once'
      ? window.from <= instant && instant < window.until
      : isInWeekly(window, (local ??= localTimeOf(instant))),
  );
}

/** Explains what is wrong with a window, or returns null. */
export function describeBlackoutProblem(window: Blackout): string | null {
  return window.kind === 'once' ? describeOneProblem(window) : describeWeeklyProblem(window);
}

function isInWeekly({ days, from, until }: WeeklyBlackout, { day, minutes }: LocalTime): boolean {
  const [start, end] = [minutesOf(from), minutesOf(until)];
  if (start < end) return days.includes(day) && start <= minutes && minutes < end;
  return (days.includes(day) && start <= minutes) || (days.includes(dayBefore(day)) && minutes < end);
}

function minutesOf(time: string): number {
  return Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
}

function dayBefore(day: WeekDay): WeekDay {
  return WEEK_DAYS[(WEEK_DAYS.indexOf(day) + 6) % 7]!;
}

function describeOneProblem({ from, until }: OneBlackout): string | null {
  if (Number.isNaN(from.getTime()) || Number.isNaN(until.getTime()))
    return 'expected two instants such as 2026-12-24T00:00:00Z';
  return from < until
    ? null
    : `expected an end after the start, got ${from.toISOString()} to ${until.toISOString()}`;
}

function describeWeeklyProblem({ days, from, until }: WeeklyBlackout): string | null {
  if (days.length === 0) return `expected at least one day of ${WEEK_DAYS.join(', ')}, got none`;
  const strange = days.find((day) => !WEEK_DAYS.includes(day));
  if (strange !== undefined)
    return `expected days of ${WEEK_DAYS.join(', ')}, got ${JSON.stringify(strange)}`;
  if (new Set(days).size < days.length) return `expected each day once, got ${days.join(', ')}`;
  const wrong = [from, until].find((time) => !TIME_OF_DAY.test(time));
  return wrong === undefined
    ? null
    : `expected times from 00:00 to 23:59, with 00:00 for the end of a day, got ${JSON.stringify(wrong)}`;
}
