import { CronExpressionParser } from 'cron-parser';

const NAMES = ['@yearly', '@annually', '@monthly', '@weekly', '@daily', '@midnight', '@hourly'];
const MAX_LENGTH = 200;

/**
 * What is wrong with a cron expression, as a sentence for the person who wrote it, or null. Right are five fields
 * (minute first), six (second first), and names such as `@daily`. Pure.
 */
export function describeCronProblem(text: string): string | null {
  const cron = text.trim();
  const expected = `expected five fields such as "*/5 * * * *", six with seconds first, or one of ${NAMES.join(', ')}`;
  if (cron.length > MAX_LENGTH) return `${expected}, at most ${MAX_LENGTH} characters`;
  if (cron.startsWith('@'))
    return NAMES.includes(cron.toLowerCase()) ? null : `${expected}, got ${JSON.stringify(cron)}`;
  const fields = cron === '' ? 0 : cron.split(/\s+/).length;
  if (fields !== 5 && fields !== 6) return `${expected}, got ${fields} fields`;
  // Random numbers by a hash of nothing: another meaning on each look.
  if (/\bH\b/.test(cron)) return `${expected}; H is not supported`;
  try {
    CronExpressionParser.parse(cron, { tz: 'UTC' }).next();
    return null;
  } catch (error) {
    return `${expected}: ${error instanceof Error ? error.message : String(error)}`;
  }
}
