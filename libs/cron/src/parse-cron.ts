import { BoundedMap } from '@app/timing';
import { CronExpressionParser, type CronFieldCollection } from 'cron-parser';
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
   * Null: any day. 0 is Sunday. `nthOfMonth`: weekdays that match only as the nth such weekday of a month (1–5);
   * `lastOfMonth`: those that match only within the last seven days of a month.
   */
  weekDays: {
    days: readonly number[];
    nthOfMonth: readonly { day: number; nth: number }[];
    lastOfMonth: readonly number[];
  } | null;
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
  return {
    seconds: union(second.map((item) => numbersIn(parseAlone('second', item).second.values))),
    minutes: union(minute.map((item) => numbersIn(parseAlone('minute', item).minute.values))),
    hours: union(hour.map((item) => numbersIn(parseAlone('hour', item).hour.values))),
    months: union(month.map((item) => numbersIn(parseAlone('month', item).month.values))),
    monthDays: monthDaysOf(monthDay),
    weekDays: weekDaysOf(weekDay),
  };
}

function monthDaysOf(items: readonly string[]): CronFields['monthDays'] {
  if (items.some(isAny)) return null;
  const fields = items.map((item) => parseAlone('monthDay', item).dayOfMonth);
  return {
    days: union(fields.map(({ values }) => numbersIn(values))),
    isLastOfMonth: fields.some(({ hasLastChar }) => hasLastChar),
  };
}

function weekDaysOf(items: readonly string[]): CronFields['weekDays'] {
  if (items.some(isAny)) return null;
  const fields = items.map((item) => parseAlone('weekDay', item).dayOfWeek);
  const everyWeek = fields.filter(({ nthDay }) => nthDay === 0);
  return {
    days: union(everyWeek.map(({ values }) => numbersIn(values).map((day) => day % 7))),
    nthOfMonth: fields
      .filter(({ nthDay }) => nthDay > 0)
      .flatMap(({ values, nthDay: nth }) => numbersIn(values).map((day) => ({ day: day % 7, nth }))),
    lastOfMonth: union(
      fields.map(({ values }) => textsIn(values).map((day) => Number.parseInt(day, 10) % 7)),
    ),
  };
}

const PLACES = { second: 0, minute: 1, hour: 2, monthDay: 3, month: 4, weekDay: 5 } as const;

/**
 * Parses one item of one list: cron-parser refuses a list whose items overlap, such as `1,1-3` or `0,7`, and some fields
 * together that never match.
 */
function parseAlone(place: keyof typeof PLACES, item: string): CronFieldCollection {
  const fields = ['0', '0', '0', '*', '*', '*'];
  fields[PLACES[place]] = item;
  return CronExpressionParser.parse(fields.join(' ')).fields;
}

/** As in robfig and, for the first item of a list, in Vixie cron. */
function isAny(item: string): boolean {
  return /^[*?](?:\/1)?$/.test(item);
}

function union(lists: readonly (readonly number[])[]): number[] {
  return [...new Set(lists.flat())].sort((one, other) => one - other);
}

function numbersIn(values: readonly (number | string)[]): number[] {
  return values.filter((value) => typeof value === 'number');
}

function textsIn(values: readonly (number | string)[]): string[] {
  return values.filter((value) => typeof value === 'string');
}
