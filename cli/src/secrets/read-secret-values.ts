import { readFile } from 'node:fs/promises';
import { envName } from '@app/contract';
import { AppError, type ErrorDetail } from '@app/domain';
import { askHidden, readAll } from '../terminal/prompt.js';
import { parseEnvFile } from './parse-env-file.js';

export interface SecretSources {
  /** Asked for on a terminal; one alone may come on standard input. */
  names: readonly string[];
  /** `NAME=FILE`: the whole file is the value, to the last byte. */
  fromFiles: readonly string[];
  envFiles: readonly string[];
}

/** Throws `invalid_args` or `malformed_request`; no message has a value in it. */
export async function readSecretValues(
  { names, fromFiles, envFiles }: SecretSources,
  stdin: NodeJS.ReadStream,
): Promise<Record<string, string>> {
  checkNames(names);
  const files = fromFiles.map(splitFromFile);
  const given: Array<readonly [name: string, value: string]> = [];
  for (const path of envFiles) given.push(...Object.entries(parseEnvFile(await readText(path), path)));
  for (const { name, path } of files) given.push([name, await readText(path)]);
  refuseRepeated([...given.map(([name]) => name), ...names]);
  given.push(...(await readTyped(names, stdin)));
  if (given.length === 0) {
    throw new AppError('invalid_args', 'No secret is named.', {
      hint: 'Name those to be asked for, or give --from-file NAME=FILE or --env-file FILE.',
    });
  }
  return Object.assign(Object.create(null) as Record<string, string>, Object.fromEntries(given));
}

async function readTyped(names: readonly string[], stdin: NodeJS.ReadStream) {
  const values: Array<readonly [string, string]> = [];
  if (stdin.isTTY) {
    for (const name of names) values.push([name, await askHidden(`${name} (not shown): `, stdin)]);
  } else if (names.length === 1) {
    // What `echo` adds is not part of a secret.
    values.push([names[0] ?? '', (await readAll(stdin)).replace(/\r?\n$/, '')]);
  } else if (names.length > 1) {
    throw new AppError('invalid_args', 'Only one secret can come on standard input.', {
      hint: 'Set one after the other, or use --env-file FILE.',
    });
  }
  const empty = values.filter(([, value]) => value === '').map(([name]) => name);
  if (empty.length > 0) {
    throw new AppError('invalid_args', `Nothing was set: no value was given for ${empty.join(', ')}.`);
  }
  return values;
}

function checkNames(names: readonly string[]): void {
  // Whoever wrote a value must not find it in the message again, which may be logged.
  if (names.some((name) => name.includes('='))) {
    throw new AppError(
      'invalid_args',
      'A value does not belong on the command line, where others can see it.',
      {
        hint: 'Name the secret only and be asked for its value, or pipe it in, or use --from-file NAME=FILE.',
      },
    );
  }
  const details: ErrorDetail[] = names.flatMap((name) => {
    const { error } = envName.safeParse(name);
    return error ? [{ field: name, message: error.issues[0]?.message ?? 'is not a name' }] : [];
  });
  if (details.length > 0) throw new AppError('invalid_args', 'These are no names of secrets.', { details });
}

function splitFromFile(word: string): { name: string; path: string } {
  const separator = word.indexOf('=');
  const name = word.slice(0, separator);
  if (separator < 1 || !envName.safeParse(name).success || separator === word.length - 1) {
    throw new AppError('invalid_args', '--from-file must be NAME=FILE.', {
      hint: 'For example: --from-file TLS_KEY=./tls.key',
    });
  }
  return { name, path: word.slice(separator + 1) };
}

function refuseRepeated(names: readonly string[]): void {
  const repeated = names.filter((name, index) => names.indexOf(name) !== index);
  if (repeated.length === 0) return;
  throw new AppError('invalid_args', `Given twice: ${[...new Set(repeated)].join(', ')}.`);
}

/** Text as it is in the file; throws for bytes that are none. */
async function readText(path: string): Promise<string> {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(await readFile(path));
  } catch (error) {
    const reason =
      error instanceof TypeError ? 'it is not UTF-8 text' : (error as NodeJS.ErrnoException).code;
    throw new AppError('malformed_request', `${path} can't be read: ${reason}.`, {
      hint: 'A binary secret can be stored as base64.',
      cause: error,
    });
  }
}
