import { BoundedMap } from '@app/timing';
import { CronExpressionParser } from 'cron-parser';
import { splitFields } from './split-fields.js';

/** Which local times a cron expression names. Lists are ascending, with each value once. */
export interface CronFields {
  seconds: readonly number[];
  minutes: readonly number[];
  hours: readonly number[];
  /** 1–12. */
  months: readonly number[];
  /** Null: any day. */
  monthDays: { days: readonly number[]; isLastOfMonth: boolean } | null;
  /**
   * Null: any day. 0 is Sunday. `nth` 1–5: only the nth such day of a month, 0: each of them. `lastOfMonth`: days that
   * count among the last seven of a month.
   */
  weekDays: { days: readonly number[]; nth: number; lastOfMonth: readonly number[] } | null;
}

const parsed = new BoundedMap<string, CronFields>({ maxSize: 2_000 });

/**
 * What a cron expression means. Pure; quick for one that was parsed before.
 * @throws Error that says what is wrong. An expression that is well formed and never matches is not wrong here.
 */
export function parseCron(text: string): CronFields {
  const known = parsed.use(text);
  if (known) return known;
  const fields = parse(text);
  parsed.set(text, fields);
  return fields;
}

function parse(text: string): CronFields {
  const [second, minute, hour, monthDay, month, weekDay] = splitFields(text);
  // The month is parsed apart from the days: together cron-parser takes some that never match for malformed.
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
