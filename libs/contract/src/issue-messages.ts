import * as z from 'zod';

const MISSING = 'is required';

// For every schema of the process: zod's own text names the type of a value that is not there, and puts choices in code.
z.config({
  customError: (issue) => {
    if (isMissing(issue.input)) return MISSING;
    return issue.code === 'invalid_value' ? `expected ${choicesOf(issue.values)}` : undefined;
  },
});

function choicesOf(values: readonly unknown[]): string {
  return values.length === 1 ? String(values[0]) : `one of ${values.map(String).join(', ')}`;
}

/** The message of a schema, for values that are given. */
export function orMissing(message: string) {
  return { error: ({ input }: { input?: unknown }) => (isMissing(input) ? MISSING : message) };
}

/** YAML reads `name:` as null. */
function isMissing(input: unknown): boolean {
  return input === undefined || input === null;
}
