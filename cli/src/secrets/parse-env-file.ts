import { AppError } from '@app/domain';

/**
 * Parses `NAME=value` lines. Skips empty lines and those that begin with `#`; strips an `export ` before the name and one
 * pair of quotes around the whole value. Everything else is part of the value, also `#` and `$`. Throws
 * `malformed_request` with the line number, never with the text, which may be secret.
 */
export function parseEnvFile(text: string, path: string): Record<string, string> {
  const values = Object.create(null) as Record<string, string>;
  for (const [index, raw] of text
    .replace(/^\ufeff/, '')
    .split(/\r?\n/)
    .entries()) {
    const line = raw.replace(/^\s*(export\s+)?/, '');
    if (line === '' || line.startsWith('#')) continue;
    const separator = line.indexOf('=');
    const name = line.slice(0, separator).trim();
    const problem =
      separator < 1 ? 'expected NAME=value' : Object.hasOwn(values, name) ? `${name} is given twice` : null;
    if (problem !== null) {
      throw new AppError('malformed_request', `${path}, line ${index + 1}: ${problem}.`, {
        hint: 'Put a value of several lines into its own file: --from-file NAME=FILE.',
      });
    }
    values[name] = withoutQuotes(line.slice(separator + 1).trim());
  }
  return values;
}

function withoutQuotes(value: string): string {
  const quote = value[0];
  const isQuoted = value.length >= 2 && (quote === '"' || quote === "'") && value.endsWith(quote);
  return isQuoted ? value.slice(1, -1) : value;
}
