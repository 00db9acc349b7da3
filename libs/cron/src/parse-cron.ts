import { BoundedMap } from '@app/timing';
import { CronExpressionParser } from 'cron-parser';
import { splitFields } from './split-fields.js';

/** The local times that a cron expression matches. Lists are ascending, without duplicates. */
export interface CronFields {
  seconds: readonly number[];
  minutes: readonly number[];
  hours: readonly number[];
  /** 1–12. */
  months: readonly number[];
  /** Null: any day. */
  monthDays: { days: readonly number[]; isLastOfMonth: boolean } | null;
  /**
   * Null: any day. 0 is Sunday. `nth` 1–5: only the nth such weekday of a month; 0: all. `lastOfMonth`: weekdays that
   * match only within the last seven days of a month.
   */
  weekDays: { days: readonly number[]; nth: number; lastOfMonth: readonly number[] } | null;
}

const parsed = new BoundedMap<string, CronFields>({ maxSize: 2_000 });

/**
 * Parses a cron expression. Pure; recent results are cached.
 * @throws Error that describes the problem. A well-formed expression that never matches is not an error here.
 */
export function parseCron(text: string): CronFields {
  return parsed.useOrCreate(text, parse);
}

function parse(text: string): CronFields {
  const [second, minute, hour, monthDay, month, weekDay] = splitFields(text);
  // The month is parsed separately from the days, because cron-parser rejects some combinations that never match.
  const times = CronExpressionParser.parse([second, minute, hour, monthDay, '*', weekDay].join(' ')).fields;
  const months = CronExpressionParser.parse(`0 0 0 * ${month} *`).fields.month;
  const { dayOfMonth, dayOfWeek } = times;
  return {
    seconds: times.second.values,
    minutes: times.minute.values,
    hours: times.hour.values,
    months: months.values,
    monthDays: dayOfMonth.isWildcard
      ? null
      : { days: numbersIn(dayOfMonth.values), isLastOfMonth: dayOfMonth.hasLastChar },
    weekDays: dayOfWeek.isWildcard
      ? null
      : {
          days: numbersIn(dayOfWeek.values).map((day) => day % 7),
          nth: dayOfWeek.nthDay,
          lastOfMonth: textsIn(dayOfWeek.values).map((day) => Number.parseInt(day, 10) % 7),
        },
  };
}

function numbersIn(values: readonly (number | string)[]): number[] {
  return values.filter((value) => typeof value === 'number');
}

function textsIn(values: readonly (number | string)[]): string[] {
  return values.filter((value) => typeof value === 'string');
}
