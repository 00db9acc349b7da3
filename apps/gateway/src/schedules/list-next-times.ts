import { localTimeOf, nextFireAt } from '@app/cron';
import { isBlackedOut, timingOf, type Schedule } from '@app/domain';
import { timeSlices } from '../limits/time-slices.js';

/** Bounds the search if most ticks fall into a blackout. */
const MAX_TICKS_CHECKED = 5_000;

/** The first `count` times after `after` at which the schedule fires, whether or not it is paused. Lets others run meanwhile. */
export async function listNextTimes(
  schedule: Pick<Schedule, 'at' | 'cron' | 'timeZone' | 'blackouts'>,
  after: Date,
  count: number,
): Promise<Date[]> {
  const timing = timingOf(schedule);
  const localTime = localTimeOf(schedule.timeZone);
  const letOthersRun = timeSlices();
  const times: Date[] = [];
  let next = nextFireAt(timing, after);
  for (let checked = 0; next !== null && times.length < count && checked < MAX_TICKS_CHECKED; checked++) {
    await letOthersRun();
    if (!isBlackedOut(schedule.blackouts, next, localTime)) times.push(next);
    next = nextFireAt(timing, next);
  }
  return times;
}
