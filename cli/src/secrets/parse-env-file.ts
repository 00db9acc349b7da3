import { envName } from '@app/contract';
import { AppError } from '@app/domain';

/**
 * Parses an env file as a shell and the dotenv libraries read it, and refuses what they would drop or guess at:
 * - `NAME=value`, with or without `export`; empty lines, and `#` at the start of a line or after white space, are skipped.
 * - `'…'` and `` `…` `` hold the text as it is, also over several lines.
 * - `"…"` may hold several lines, too, and the escapes `\n \r \t \" \' \\ \$`; any other backslash stays.
 * - Without quotes everything up to the end of the line, or to ` #`, is the value. Variables are not expanded.
 *
 * Ends of lines become `\n`. Throws `malformed_request` with the line number, never with the text, which may be secret.
 */
export function parseEnvFile(text: string, path: string): Record<string, string> {
  return new EnvFile(text.replace(/^\ufeff/, '').replace(/\r\n?/g, '\n'), path).parse();
}

const ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  r: '\r',
  t: '\t',
  '"': '"',
  "'": "'",
  '\\': '\\',
  $: '$',
};

class EnvFile {
  private readonly values = Object.create(null) as Record<string, string>;
  private at = 0;

  constructor(
    private readonly text: string,
    private readonly path: string,
  ) {}

  parse(): Record<string, string> {
    for (;;) {
      this.take(/\s*(?:#[^\n]*\s*)*/y);
      if (this.at === this.text.length) return this.values;
      this.readAssignment();
    }
  }

  private readAssignment(): void {
    const start = this.at;
    const name = this.take(/(?:export[ \t]+)?([^\s=#'"`]+)[ \t]*=[ \t]*/y)?.[1];
    if (name === undefined || !envName.safeParse(name).success)
      throw this.problem('expected NAME=value', start);
    if (Object.hasOwn(this.values, name)) throw this.problem(`${name} is given twice`, start);
    this.values[name] = this.readValue(name);
  }

  private readValue(name: string): string {
    const start = this.at;
    const quote = this.take(/["'`]/y)?.[0];
    if (quote === undefined) return (this.take(/[^\n]*/y)?.[0] ?? '').replace(/(?:^|\s+)#.*$/, '').trimEnd();
    const inside = quote === '"' ? /((?:[^"\\]|\\[^])*)"/y : quote === "'" ? /([^']*)'/y : /([^`]*)`/y;
    const quoted = this.take(inside)?.[1];
    if (quoted === undefined)
      throw this.problem(`the quote that opens the value of ${name} is not closed`, start);
    if (!this.take(/[ \t]*(?:[ \t]#[^\n]*)?(?=\n|$)/y))
      throw this.problem(`the value of ${name} goes on after its closing quote`, this.at);
    return quote === '"'
      ? quoted.replace(/\\([nrt"'\\$])/g, (_, letter: string) => ESCAPES[letter] ?? '')
      : quoted;
  }

  private take(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.at;
    const match = pattern.exec(this.text);
    if (match) this.at = pattern.lastIndex;
    return match;
  }

  private problem(what: string, at: number): AppError {
    const line = this.text.slice(0, at).split('\n').length;
    return new AppError('malformed_request', `${this.path}, line ${line}: ${what}.`, {
      hint: 'Put a value of several lines in quotes, or into its own file: --from-file NAME=FILE.',
    });
  }
}
