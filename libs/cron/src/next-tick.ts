import type { CronFields } from './parse-cron.js';

const DAY_SECONDS = 86_400;
/** After this many days (400 years) the calendar repeats, including weekdays. */
const CALENDAR_DAYS = 146_097;

/**
 * Returns the first time strictly after `afterLocal` that matches `cron`, or null if no day ever matches. Both are local
 * times in seconds since 1970-01-01 00:00, on a clock without changes. If both day-of-month and day-of-week are
 * restricted, a day matches either. Pure.
 */
export function nextTick(cron: CronFields, afterLocal: number): number | null {
  const today = Math.floor(afterLocal / DAY_SECONDS);
  if (matchesDay(cron, new Date(today * DAY_SECONDS * 1000))) {
    const time = nextTimeOfDay(cron, Math.floor(afterLocal) - today * DAY_SECONDS);
    if (time !== null) return today * DAY_SECONDS + time;
  }
  const day = nextDay(cron, today);
  return day === null ? null : day * DAY_SECONDS + nextTimeOfDay(cron, -1)!;
}

/** Takes and returns days since 1970-01-01. */
function nextDay(cron: CronFields, afterDay: number): number | null {
  let day = afterDay + 1;
  while (day <= afterDay + CALENDAR_DAYS) {
    const date = new Date(day * DAY_SECONDS * 1000);
    if (!cron.months.includes(date.getUTCMonth() + 1)) {
      day = Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1) / 1000 / DAY_SECONDS;
    } else if (matchesDay(cron, date)) {
      return day;
    } else {
      day += 1;
    }
  }
  return null;
}

function matchesDay({ months, monthDays, weekDays }: CronFields, date: Date): boolean {
  if (!months.includes(date.getUTCMonth() + 1)) return false;
  const monthDay = date.getUTCDate();
  const weekDay = date.getUTCDay();
  const fromEnd = Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0) / 1000 / DAY_SECONDS;
  const daysLeft = fromEnd - date.getTime() / 1000 / DAY_SECONDS;
  const byMonth =
    monthDays !== null && (monthDays.days.includes(monthDay) || (monthDays.isLastOfMonth && daysLeft === 0));
  const byWeek =
    weekDays !== null &&
    (weekDays.days.includes(weekDay) ||
      weekDays.nthOfMonth.some(({ day, nth }) => day === weekDay && Math.ceil(monthDay / 7) === nth) ||
      (weekDays.lastOfMonth.includes(weekDay) && daysLeft < 7));
  return (monthDays === null && weekDays === null) || byMonth || byWeek;
}

/** Takes and returns seconds since midnight. */
function nextTimeOfDay({ hours, minutes, seconds }: CronFields, after: number): number | null {
  const hour = Math.floor(after / 3600);
  const minute = Math.floor(after / 60) % 60;
  if (hours.includes(hour)) {
    if (minutes.includes(minute)) {
      const second = seconds.find((each) => each > after % 60);
      if (second !== undefined) return hour * 3600 + minute * 60 + second;
    }
    const laterMinute = minutes.find((each) => each > minute);
    if (laterMinute !== undefined) return hour * 3600 + laterMinute * 60 + seconds[0]!;
  }
  const laterHour = hours.find((each) => each > hour);
  return laterHour === undefined ? null : laterHour * 3600 + minutes[0]! * 60 + seconds[0]!;
}
