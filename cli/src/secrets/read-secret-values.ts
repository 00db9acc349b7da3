import { envName, MAX_BODY_BYTES } from '@app/contract';
import { AppError, type ErrorDetail } from '@app/domain';
import { decodeText, markedEncoding } from '../files/decode-text.js';
import { readBounded } from '../files/read-bounded.js';
import { askHidden, readAll } from '../terminal/prompt.js';
import { parseEnvFile } from './parse-env-file.js';

export interface SecretSources {
  /** Prompted for on a terminal; a single one may come on standard input. */
  names: readonly string[];
  /** `NAME=FILE`: the whole file is the value. */
  fromFiles: readonly string[];
  envFiles: readonly string[];
}

/** Throws `invalid_args` or `malformed_request`. No message contains a value. */
export async function readSecretValues(
  { names, fromFiles, envFiles }: SecretSources,
  stdin: NodeJS.ReadStream,
): Promise<Record<string, string>> {
  checkNames(names);
  const files = fromFiles.map(splitFromFile);
  const given: Array<readonly [name: string, value: string]> = [];
  for (const path of envFiles)
    given.push(...Object.entries(parseEnvFile(decodeText(await readBytes(path), path), path)));
  for (const { name, path } of files) given.push([name, exactText(await readBytes(path), path)]);
  refuseRepeated([...given.map(([name]) => name), ...names]);
  given.push(...(await readTyped(names, stdin)));
  if (given.length === 0) {
    throw new AppError('invalid_args', 'No secrets given.', {
      hint: 'Name the secrets to be prompted for their values, or use --from-file NAME=FILE or --env-file FILE.',
    });
  }
  return Object.assign(Object.create(null) as Record<string, string>, Object.fromEntries(given));
}

async function readTyped(names: readonly string[], stdin: NodeJS.ReadStream) {
  const values: Array<readonly [string, string]> = [];
  if (stdin.isTTY) {
    for (const name of names) values.push([name, await askHidden(`${name} (hidden): `, stdin)]);
  } else if (names.length === 1) {
    // `echo` adds a newline that is not part of the secret.
    values.push([names[0] ?? '', (await readAll(stdin)).replace(/\r?\n$/, '')]);
  } else if (names.length > 1) {
    throw new AppError('invalid_args', 'Standard input can hold only one secret.', {
      hint: 'Set them one by one, or use --env-file FILE.',
    });
  }
  const empty = values.filter(([, value]) => value === '').map(([name]) => name);
  if (empty.length > 0) {
    throw new AppError('invalid_args', `No value given for ${empty.join(', ')}. Nothing was set.`);
  }
  return values;
}

function checkNames(names: readonly string[]): void {
  // The message must not repeat a value: it may be logged.
  if (names.some((name) => name.includes('='))) {
    throw new AppError(
      'invalid_args',
      'Secret values are not accepted on the command line, where other users can see them.',
      {
        hint: 'Give only the name to be prompted for the value, pipe the value in, or use --from-file NAME=FILE.',
      },
    );
  }
  const details: ErrorDetail[] = names.flatMap((name) => {
    const { error } = envName.safeParse(name);
    return error ? [{ field: name, message: error.issues[0]?.message ?? 'is not a valid name' }] : [];
  });
  if (details.length > 0) throw new AppError('invalid_args', 'Invalid secret names.', { details });
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
  throw new AppError('invalid_args', `Secrets given twice: ${[...new Set(repeated)].join(', ')}.`);
}

/** With a byte order mark, if there is one: it is part of the secret. Throws if it is not UTF-8. */
function exactText(bytes: Buffer, path: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    const encoding = markedEncoding(bytes);
    const reason =
      encoding === null
        ? 'it is not UTF-8 text'
        : `it is ${encoding.slice(0, 6).toUpperCase()} text, not UTF-8`;
    throw new AppError('malformed_request', `Cannot read ${path}: ${reason}.`, {
      hint: encoding === null ? 'Store a binary secret as base64.' : 'Save it as UTF-8.',
      cause,
    });
  }
}

async function readBytes(path: string): Promise<Buffer> {
  try {
    return await readBounded(path, MAX_BODY_BYTES);
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    const reason = (cause as NodeJS.ErrnoException).code ?? String(cause);
    throw new AppError('malformed_request', `Cannot read ${path}: ${reason}.`, { cause });
  }
}
