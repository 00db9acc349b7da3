import { isOneShot, type ScheduleTiming } from '@app/domain';
import { nextTick } from './next-tick.js';
import { parseCron, type CronFields } from './parse-cron.js';
import { findClockChange, offsetOf, type ClockChange, type OffsetAt } from './zone-clock.js';

/** Longer than any single clock change, and shorter than the time between two changes. */
const STRIDE_SECONDS = 2 * 86_400;
const LAST_SECOND = 8.64e12;

/**
 * Returns the first instant strictly after `after` at which a schedule fires, or null if there is none. Schedules fire at
 * whole seconds only. Pure; takes about 0.05 ms for a cached expression and zone.
 *
 * When the wall clock changes, each local time that the expression matches still fires once. A skipped time fires at the
 * end of the gap (several skipped times fire once together), a repeated time at its first occurrence. An expression that
 * matches every hour (`*` as the hour) follows elapsed time instead: it fires in both passes of a repeated hour, and not
 * at all for times inside a gap.
 *
 * If both day-of-month and day-of-week are restricted (neither is `*` or `?`), a day matches either.
 * @throws Error for a malformed expression, RangeError for an unknown zone or an invalid date
 */
export function nextFireAt(timing: ScheduleTiming, after: Date): Date | null {
  if (isOneShot(timing)) return timing.at > after ? timing.at : null;
  const cron = parseCron(timing.cron);
  const second = nextInZone(cron, offsetOf(timing.timeZone), Math.floor(after.getTime() / 1000));
  return second === null || second > LAST_SECOND ? null : new Date(second * 1000);
}

/** Takes and returns Unix seconds. Walks from one clock change to the next, in strides while nothing matches. */
function nextInZone(cron: CronFields, offsetAt: OffsetAt, after: number): number | null {
  const usesElapsedTime = cron.hours.length === 24;
  let from = after;
  let afterLocal = usesElapsedTime ? after + offsetAt(after) : latestLocal(offsetAt, after);
  for (;;) {
    const tick = nextTick(cron, afterLocal);
    if (tick === null || tick > LAST_SECOND) return null;
    const candidate = tick - offsetAt(from);
    const until = Math.min(candidate, from + STRIDE_SECONDS);
    const change = findClockChange(offsetAt, from, until);
    if (change) {
      if (!usesElapsedTime && isSkipped(tick, change)) return change.at;
      from = change.at;
      // -1, because a tick at the exact second of the change counts.
      afterLocal = change.at + (usesElapsedTime ? change.after : Math.max(change.before, change.after)) - 1;
    } else if (until === candidate) {
      return candidate;
    } else {
      from = Math.max(until, candidate - STRIDE_SECONDS);
      afterLocal = tick - 1;
    }
  }
}

/** The latest local time shown up to then: in the second pass of a repeated hour, the end of the first pass. */
function latestLocal(offsetAt: OffsetAt, unixSecond: number): number {
  const change = findClockChange(offsetAt, unixSecond - STRIDE_SECONDS, unixSecond);
  const local = unixSecond + offsetAt(unixSecond);
  return change ? Math.max(local, change.at + change.before - 1) : local;
}

/** `tick` is not before the change. */
function isSkipped(tick: number, { at, after }: ClockChange): boolean {
  return tick < at + after;
}
