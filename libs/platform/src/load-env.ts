import type * as z from 'zod';

/** Where variables come from: `process.env` as main.ts passes it in, or a plain object in a test. */
export type EnvSource = Readonly<Record<string, string | undefined>>;

export interface ConfigurationProblem {
  variable: string;
  /** Ends the sentence "expected …". */
  expected: string;
  /** Ends the sentence "…, but it is …". Never holds the value of a variable that may be secret. */
  found: string;
}

/** The environment is invalid. `message` lists all problems, one per line, ready to print. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';

  constructor(readonly problems: readonly ConfigurationProblem[]) {
    const lines = problems.map((p) => `  ${p.variable}: expected ${p.expected}, but it is ${p.found}`);
    const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
    super(`${count} in the configuration (environment variables):\n${lines.join('\n')}`);
  }
}

/**
 * Parses the variables that `schema` names; others are ignored, and an empty string counts as unset.
 * Throws `ConfigurationError` with every problem at once, `otherProblems` which a schema cannot find, included.
 * Pure.
 */
export function loadEnv<Schema extends z.ZodObject>(
  schema: Schema,
  env: EnvSource,
  otherProblems: readonly ConfigurationProblem[] = [],
): z.output<Schema> {
  const given = Object.fromEntries(
    Object.keys(schema.shape)
      .map((name) => [name, env[name]] as const)
      .filter(([, value]) => value !== undefined && value !== ''),
  );
  const result = schema.safeParse(given);
  if (result.success && otherProblems.length === 0) return result.data;
  const problems = (result.error?.issues ?? []).map((issue) => {
    const variable = String(issue.path[0] ?? 'environment');
    return { variable, expected: issue.message, found: describeFound(variable, given[variable]) };
  });
  throw new ConfigurationError([...problems, ...otherProblems]);
}

const MAY_BE_SECRET = /PASSWORD|KEY|TOKEN|SECRET|CREDENTIAL|HEADERS|PLUGIN_URL|WEBHOOK_URL|HEADS_URL/i;
const SHOWN_CHARACTERS = 100;

function describeFound(variable: string, value: string | undefined): string {
  if (value === undefined) return 'not set';
  if (MAY_BE_SECRET.test(variable)) return 'something else (its value is not shown)';
  // An address may be given as a URL that carries a password.
  const shown = value.replace(/[^\s/]*@/g, '***@');
  return JSON.stringify(shown.length > SHOWN_CHARACTERS ? `${shown.slice(0, SHOWN_CHARACTERS)}…` : shown);
}
