const NAMED_EXPRESSIONS: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
};

export const NAMES = Object.keys(NAMED_EXPRESSIONS);

const MAX_LENGTH = 200;

const NUMBER = '0*\\d{1,2}';
const MONTH = `(?:${NUMBER}|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)`;
const WEEK_DAY = '(?:0*[0-7]|mon|tue|wed|thu|fri|sat|sun)';

/** Stricter than cron-parser, which reads `5*` as 50-59, `1-2-3` as 1-2, JAN as Monday and MON as January. */
const FIELDS = [
  { name: 'second', max: 59, syntax: itemOf(NUMBER) },
  { name: 'minute', max: 59, syntax: itemOf(NUMBER) },
  { name: 'hour', max: 23, syntax: itemOf(NUMBER) },
  { name: 'day of the month', max: 31, syntax: itemOf(NUMBER, 'L') },
  { name: 'month', max: 12, syntax: itemOf(MONTH) },
  { name: 'day of the week', max: 7, syntax: itemOf(WEEK_DAY, `${WEEK_DAY}#[1-5]`, `${WEEK_DAY}L`) },
] as const;

/** The items of its comma-separated list. */
type Field = readonly string[];

export type SixFields = [
  second: Field,
  minute: Field,
  hour: Field,
  monthDay: Field,
  month: Field,
  weekDay: Field,
];

/**
 * Splits a cron expression of five fields, of six (seconds first), or a name such as `@daily` into six fields. Checks the
 * syntax of each item and its step, but not whether its numbers are in range. Pure.
 * @throws Error that describes the problem
 */
export function splitFields(text: string): SixFields {
  const cron = text.trim();
  if (cron.length > MAX_LENGTH) throw new Error(`at most ${MAX_LENGTH} characters`);
  if (cron === '') throw new Error('got 0 fields');
  const words = expandName(cron).split(/\s+/);
  const zone = /^(?:CRON_)?TZ=/.exec(words[0] ?? '');
  if (zone) throw new Error(`got ${JSON.stringify(words[0])}; a schedule has a time zone of its own`);
  const [first, second, third, fourth, fifth, sixth] = words.length === 5 ? ['0', ...words] : words;
  if (words.length > 6 || !first || !second || !third || !fourth || !fifth || !sixth)
    throw new Error(`got ${words.length} field${words.length === 1 ? '' : 's'}`);
  return [
    readField(first, 0),
    readField(second, 1),
    readField(third, 2),
    readField(fourth, 3),
    readField(fifth, 4),
    readField(sixth, 5),
  ];
}

function readField(text: string, index: number): string[] {
  const { name, max, syntax } = FIELDS[index]!;
  const items = text.split(',');
  if (!items.every((item) => syntax.test(item))) throw new Error(`got ${JSON.stringify(text)} as ${name}`);
  return items.map((item) => {
    const step = Number(item.split('/')[1] ?? 1);
    if (step < 1 || step > max) throw new Error(`got every ${step} as ${name}, expected every 1-${max}`);
    return sundayLast(item.replace(/(?<!\d)0+(?=\d)/g, ''));
  });
}

/** `SAT-SUN` ends with the week, although `SUN` is 0; `SUN-SUN` is one day. */
function sundayLast(item: string): string {
  if (/^(?:sun|[07])-sun(?:\/|$)/i.test(item)) return '0';
  return item.replace(/-sun(?=\/|$)/i, '-7');
}

function expandName(cron: string): string {
  if (!cron.startsWith('@')) return cron;
  const expression = NAMED_EXPRESSIONS[cron.toLowerCase()];
  if (expression !== undefined) return expression;
  const every = /^@every\b/i.test(cron)
    ? ', which counts from the start of a process; use steps such as */5'
    : '';
  throw new Error(`got ${JSON.stringify(cron)}${every}`);
}

/** `*`, `?`, a value or a range, each with an optional step, or one of `others`. */
function itemOf(value: string, ...others: string[]): RegExp {
  const items = [`(?:[*?]|${value}(?:-${value})?)(?:/\\d{1,6})?`, ...others];
  return new RegExp(`^(?:${items.join('|')})$`, 'i');
}
