import { nextTick } from './next-tick.js';
import { parseCron } from './parse-cron.js';
import { NAMES } from './split-fields.js';

const EXPECTED = `expected five fields such as "*/5 * * * *", six with seconds first, or one of ${NAMES.join(', ')}`;

/**
 * What is wrong with a cron expression, as a sentence for the person who wrote it, or null. Right are five fields
 * (minute first), six (second first), and names such as `@daily`, if they match some day of the calendar. Pure.
 */
export function describeCronProblem(text: string): string | null {
  try {
    return nextTick(parseCron(text), 0) === null ? `${EXPECTED}; this one never comes` : null;
  } catch (error) {
    return `${EXPECTED}: ${error instanceof Error ? error.message : String(error)}`;
  }
}
