import { envName, MAX_BODY_BYTES } from '@app/contract';
import { AppError } from '@app/domain';
import { decodeText } from '../files/decode-text.js';
import { readBounded } from '../files/read-bounded.js';
import { parseYamlMap } from './parse-yaml-map.js';

/** The arguments in a YAML file (`execute -f`). Throws `malformed_request` if it is unreadable or not a map of strings. */
export async function readArgsFile(path: string): Promise<Record<string, string>> {
  try {
    return parseArgsText(decodeText(await readBounded(path, MAX_BODY_BYTES), path), path);
  } catch (error) {
    if (error instanceof AppError) throw error;
    const reason = (error as NodeJS.ErrnoException).code ?? String(error);
    throw new AppError('malformed_request', `Cannot read the arguments file ${path}: ${reason}.`, {
      hint: 'Create one with `proctor template PROC FILE`.',
      cause: error,
    });
  }
}

/**
 * The arguments in a YAML text. Throws `malformed_request` also for a name that no argument can have, without quoting it:
 * the text may be that of another file than the user meant.
 */
export function parseArgsText(text: string, path: string): Record<string, string> {
  const args = parseYamlMap(text, path);
  if (Object.keys(args).every((name) => envName.safeParse(name).success)) return args;
  throw new AppError('malformed_request', `Cannot read ${path}: a name in it is not that of an argument.`, {
    hint: 'Write one `NAME: value` per line, with letters, digits and _ in NAME.',
  });
}
