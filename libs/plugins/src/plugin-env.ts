/** Where variables come from: `process.env` as main.ts passes it in, or a plain object in a test. */
export type PluginEnv = Readonly<Record<string, string | undefined>>;

/** One variable that a shipped plugin can't work with; the shape that `ConfigurationError` of libs/platform lists. */
export interface ConfigurationProblem {
  variable: string;
  /** Ends the sentence "expected …". */
  expected: string;
  /** Ends the sentence "…, but it is …". Never holds a secret. */
  found: string;
}

/** What a shipped plugin may tell: a pino logger fits. */
export interface PluginLog {
  debug(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

/** Reads variables one by one and gathers every problem, so that all can be reported at once. */
export class VariableReader {
  readonly problems: ConfigurationProblem[] = [];

  constructor(private readonly env: PluginEnv) {}

  /** The variable's text without surrounding blanks, or `fallback` if it is unset or empty. */
  text(variable: string, fallback: string): string {
    return this.env[variable]?.trim() || fallback;
  }

  /**
   * The variable as `parse` understands it. If it does not (undefined), or the variable is missing and has no
   * `fallback`, a problem is noted and undefined returned.
   */
  parsed<T>(
    variable: string,
    expected: string,
    parse: (text: string) => T | undefined,
    fallback = '',
  ): T | undefined {
    const text = this.text(variable, fallback);
    const value = text === '' ? undefined : parse(text);
    if (value === undefined) this.problems.push({ variable, expected, found: describeText(text) });
    return value;
  }
}

const SHOWN_CHARACTERS = 100;

function describeText(text: string): string {
  if (text === '') return 'not set';
  // An address may carry a password.
  const shown = text.replace(/[^\s/]*@/g, '***@');
  return JSON.stringify(shown.length > SHOWN_CHARACTERS ? `${shown.slice(0, SHOWN_CHARACTERS)}…` : shown);
}
