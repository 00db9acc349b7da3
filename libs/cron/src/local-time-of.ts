import { WEEK_DAYS, type LocalTime } from '@app/domain';
import { offsetOf } from './zone-clock.js';

const DAY_MINUTES = 1_440;
/** 1970-01-01 was a Thursday, three days after a Monday. */
const FIRST_DAY = 3;

/**
 * Returns a function from an instant to the local time in an IANA zone. Pure.
 * @throws RangeError for an unknown zone
 */
export function localTimeOf(timeZone: string): (instant: Date) => LocalTime {
  const offsetAt = offsetOf(timeZone);
  return (instant) => {
    const unixSecond = Math.floor(instant.getTime() / 1000);
    const minutes = Math.floor((unixSecond + offsetAt(unixSecond)) / 60);
    const days = Math.floor(minutes / DAY_MINUTES);
    return { day: WEEK_DAYS[(((days + FIRST_DAY) % 7) + 7) % 7]!, minutes: minutes - days * DAY_MINUTES };
  };
}
