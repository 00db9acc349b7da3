import { localTimeOf, nextFireAt } from '@app/cron';
import { isBlackedOut, timingOf, type Schedule } from '@app/domain';

/** So many ticks are looked at, however many of them fall into a blackout. */
const MAX_LOOKED_AT = 5_000;

/** The first `count` times after `after` at which a schedule fires, as if it were not paused. Pure. */
export function listNextTimes(
  schedule: Pick<Schedule, 'at' | 'cron' | 'timeZone' | 'blackouts'>,
  after: Date,
  count: number,
): Date[] {
  const timing = timingOf(schedule);
  const localTime = localTimeOf(schedule.timeZone);
  const times: Date[] = [];
  let next = nextFireAt(timing, after);
  for (let looked = 0; next !== null && times.length < count && looked < MAX_LOOKED_AT; looked++) {
    if (!isBlackedOut(schedule.blackouts, next, localTime)) times.push(next);
    next = nextFireAt(timing, next);
  }
  return times;
}
