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

const NUMBER = '\\d{1,2}';
const MONTH = `(?:${NUMBER}|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)`;
const WEEK_DAY = '(?:[0-7]|mon|tue|wed|thu|fri|sat|sun)';

/** Stricter than cron-parser, which reads `5*` as 50-59, `1-2-3` as 1-2, JAN as Monday and MON as January. */
const FIELDS = [
  { name: 'second', syntax: listOf(NUMBER) },
  { name: 'minute', syntax: listOf(NUMBER) },
  { name: 'hour', syntax: listOf(NUMBER) },
  { name: 'day of the month', syntax: listOf(NUMBER, 'L') },
  { name: 'month', syntax: listOf(MONTH) },
  { name: 'day of the week', syntax: listOf(WEEK_DAY, `${WEEK_DAY}#[1-5]`, `${WEEK_DAY}L`) },
] as const;

export type SixFields = [
  second: string,
  minute: string,
  hour: string,
  monthDay: string,
  month: string,
  weekDay: string,
];

/**
 * Splits a cron expression of five fields, of six (seconds first), or a name such as `@daily` into six fields. Checks the
 * syntax of each field, but not whether its numbers are in range. Pure.
 * @throws Error that describes the problem
 */
export function splitFields(text: string): SixFields {
  const cron = text.trim();
  if (cron.length > MAX_LENGTH) throw new Error(`at most ${MAX_LENGTH} characters`);
  if (cron === '') throw new Error('got 0 fields');
  const words = expandName(cron).split(/\s+/);
  const [first, second, third, fourth, fifth, sixth] = words.length === 5 ? ['0', ...words] : words;
  if (words.length > 6 || !first || !second || !third || !fourth || !fifth || !sixth)
    throw new Error(`got ${words.length} field${words.length === 1 ? '' : 's'}`);
  const fields: SixFields = [first, second, third, fourth, fifth, sixth];
  FIELDS.forEach(({ name, syntax }, index) => {
    if (!syntax.test(fields[index]!)) throw new Error(`got ${JSON.stringify(fields[index])} as ${name}`);
  });
  return fields;
}

function expandName(cron: string): string {
  if (!cron.startsWith('@')) return cron;
  const expression = NAMED_EXPRESSIONS[cron.toLowerCase()];
  if (expression === undefined) throw new Error(`got ${JSON.stringify(cron)}`);
  return expression;
}

/** A comma-separated list of `*`, `?`, values and ranges, each with an optional step, and of `others`. */
function listOf(value: string, ...others: string[]): RegExp {
  const item = `(?:${[`(?:[*?]|${value}(?:-${value})?)(?:/\\d{1,2})?`, ...others].join('|')})`;
  return new RegExp(`^${item}(?:,${item})*$`, 'i');
}
