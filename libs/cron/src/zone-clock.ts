import { BoundedMap } from '@app/timing';

/** Returns how many seconds a zone's wall clock is ahead of UTC at a Unix second. */
export type OffsetAt = (unixSecond: number) => number;

/** At the Unix second `at`, the wall clock changes from `before` to `after` (seconds ahead of UTC). */
export interface ClockChange {
  at: number;
  before: number;
  after: number;
}

/** Names are case-insensitive, so there may be more than there are zones. */
const known = new BoundedMap<string, OffsetAt>({ maxSize: 700 });

/**
 * Returns the clock of an IANA zone, with its rules for each year since 1900. Pure; recently used zones are cached.
 * @throws RangeError for an unknown zone
 */
export function offsetOf(timeZone: string): OffsetAt {
  return known.useOrCreate(timeZone, createOffsetAt);
}

/**
 * Returns the clock change in `(from, until]` (Unix seconds), or null. Expects at most one: from 1990 to 2037 no zone has
 * two changes within five days.
 */
export function findClockChange(offsetAt: OffsetAt, from: number, until: number): ClockChange | null {
  const before = offsetAt(from);
  const after = offsetAt(until);
  if (before === after) return null;
  let [lastBefore, at] = [from, until];
  while (at - lastBefore > 1) {
    const middle = Math.floor((lastBefore + at) / 2);
    if (offsetAt(middle) === before) lastBefore = middle;
    else at = middle;
  }
  return { at, before, after };
}

function createOffsetAt(timeZone: string): OffsetAt {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  return (unixSecond) => {
    const [month, day, year, hour, minute, second] = format
      .format(unixSecond * 1000)
      .match(/\d+/g)!
      .map(Number);
    return Date.UTC(year!, month! - 1, day, hour, minute, second) / 1000 - unixSecond;
  };
}
