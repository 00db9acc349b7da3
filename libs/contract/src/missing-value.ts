import * as z from 'zod';

const MISSING = 'is required';

// For every schema of the process: zod's own text names the type of a value that is not there.
z.config({ customError: ({ input }) => (isMissing(input) ? MISSING : undefined) });

/** The message of a schema, for values that are given. */
export function orMissing(message: string) {
  return { error: ({ input }: { input?: unknown }) => (isMissing(input) ? MISSING : message) };
}

/** YAML reads `name:` as null. */
function isMissing(input: unknown): boolean {
  return input === undefined || input === null;
}
