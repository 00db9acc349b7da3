/** The source of environment variables: `process.env` passed in by main.ts, or a plain object in tests. */
export type PluginEnv = Readonly<Record<string, string | undefined>>;

/** An invalid variable of a shipped plugin, in the shape that `ConfigurationError` of libs/platform lists. */
export interface ConfigurationProblem {
  variable: string;
  /** Completes the sentence "expected …". */
  expected: string;
  /** Completes the sentence "…, but it is …". Never contains a secret. */
  found: string;
}

/** The logger of a shipped plugin. A pino logger fits. */
export interface PluginLog {
  debug(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

/** Reads variables and collects every problem, so that all are reported at once. */
export class VariableReader {
  readonly problems: ConfigurationProblem[] = [];

  constructor(private readonly env: PluginEnv) {}

  /** Returns the variable's text, trimmed, or `fallback` if it is unset or empty. */
  text(variable: string, fallback: string): string {
    return this.env[variable]?.trim() || fallback;
  }

  /**
   * Returns the variable as parsed by `parse`. If that returns undefined, or the variable is missing and has no
   * `fallback`, records a problem and returns undefined.
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
  // A URL may contain a password.
  const shown = text.replace(/[^\s/]*@/g, '***@');
  return JSON.stringify(shown.length > SHOWN_CHARACTERS ? `${shown.slice(0, SHOWN_CHARACTERS)}…` : shown);
}
