import * as z from 'zod';

const MISSING = 'is required';

// For every schema of the process: zod's own text names the type of a value that is not there, and puts choices in code.
z.config({
  customError: (issue) => {
    if (isMissing(issue.input)) return MISSING;
    if (issue.code === 'unrecognized_keys') return describeUnknown(issue.keys);
    return issue.code === 'invalid_value' ? `expected ${choicesOf(issue.values)}` : undefined;
  },
});

function choicesOf(values: readonly unknown[]): string {
  return values.length === 1 ? String(values[0]) : `one of ${values.map(String).join(', ')}`;
}

const SHOWN_KEYS = 10;
const SHOWN_CHARACTERS = 50;

function describeUnknown(keys: readonly string[]): string {
  const shown = keys.slice(0, SHOWN_KEYS).map((key) => JSON.stringify(key.slice(0, SHOWN_CHARACTERS)));
  const more = keys.length > SHOWN_KEYS ? ` and ${keys.length - SHOWN_KEYS} more` : '';
  return `Unrecognized key${keys.length === 1 ? '' : 's'}: ${shown.join(', ')}${more}`;
}

/** The message of a schema, for values that are given. */
export function orMissing(message: string) {
  return { error: ({ input }: { input?: unknown }) => (isMissing(input) ? MISSING : message) };
}

/** YAML reads `name:` as null. */
function isMissing(input: unknown): boolean {
  return input === undefined || input === null;
}
