import type { ProcMetadata } from '@app/contract';
import { AppError } from '@app/domain';
import { parseArgWords } from '../args/parse-arg-words.js';
import { parseYamlMap } from '../args/parse-yaml-map.js';
import { readArgsFile } from '../args/read-args-file.js';
import { missingSecretArgs, refuseSecretWords } from '../args/secret-args.js';
import type { Context } from '../context.js';
import { plainLine } from '../output/filter-controls.js';
import { askHidden, readAll } from '../terminal/prompt.js';

export interface GivenArgs {
  /** Of the file and the words together, words winning. */
  args: Record<string, string>;
  /** Names that came as `NAME=value` words. */
  wordNames: readonly string[];
}

/** From `NAME=value` words and `-f FILE` (`-`: standard input). */
export async function readGivenArgs(
  { stdin }: Context,
  { words, file }: { words: readonly string[]; file: string | undefined },
): Promise<GivenArgs> {
  const given = parseArgWords(words);
  const fromFile =
    file === undefined
      ? {}
      : file === '-'
        ? parseYamlMap(await readAll(stdin), 'standard input')
        : await readArgsFile(file);
  return {
    args: Object.assign(Object.create(null) as Record<string, string>, fromFile, given),
    wordNames: Object.keys(given),
  };
}

/**
 * The args with the required secret ones that were not given: asked for on a terminal, without showing what is typed.
 * Throws `invalid_args` for a secret one among the words, or where nobody can be asked.
 */
export async function askForSecretArgs(
  { stdin }: Context,
  proc: ProcMetadata,
  { args, wordNames }: GivenArgs,
): Promise<Record<string, string>> {
  refuseSecretWords(proc, wordNames);
  const missing = missingSecretArgs(proc, args);
  if (missing.length > 0 && !stdin.isTTY) {
    throw new AppError(
      'invalid_args',
      'Secret args are missing, and nobody can be asked without a terminal.',
      {
        hint: 'Put `NAME: value` lines into a file for -f FILE, or on standard input with -f -.',
        details: missing.map(({ name, description }) => ({
          field: name,
          message: `is required${description ? ` (${plainLine(description)})` : ''}`,
        })),
      },
    );
  }
  const all = Object.assign(Object.create(null) as Record<string, string>, args);
  for (const { name, description } of missing) {
    const about = description ? `${plainLine(description)}, ` : '';
    all[name] = await askHidden(`${name} (${about}not shown): `, stdin);
  }
  return all;
}
