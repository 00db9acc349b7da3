import { nextTick } from './next-tick.js';
import { parseCron } from './parse-cron.js';
import { NAMES } from './split-fields.js';

const EXPECTED = `expected five fields such as "*/5 * * * *", six with seconds first, or one of ${NAMES.join(', ')}`;

/**
 * Describes the problem with a cron expression, in a sentence for its author, or returns null if it is valid: five fields
 * (minutes first), six fields (seconds first) or a name such as `@daily`, matching at least one calendar day. Pure.
 */
export function describeCronProblem(text: string): string | null {
  try {
    return nextTick(parseCron(text), 0) === null ? `${EXPECTED}; this one never matches` : null;
  } catch (error) {
    return `${EXPECTED}: ${error instanceof Error ? error.message : String(error)}`;
  }
}
