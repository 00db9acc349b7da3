import type { ProcMetadata } from '@app/contract';
import { AppError, plainLine } from '@app/domain';
import { parseArgWords } from '../args/parse-arg-words.js';
import { parseArgsText, readArgsFile } from '../args/read-args-file.js';
import { missingSecretArgs, refuseSecretWords, secretArgsOf } from '../args/secret-args.js';
import type { Context } from '../context.js';
import { askHidden, readAll } from '../terminal/prompt.js';

export interface ParsedArgs {
  /** From the file and the words together; words take precedence. */
  args: Record<string, string>;
  /** Names that came as `NAME=value` words. */
  wordNames: readonly string[];
}

/** Reads `NAME=value` words and `-f FILE` (`-`: standard input). */
export async function readArgs(
  { stdin }: Context,
  { words, file }: { words: readonly string[]; file: string | undefined },
): Promise<ParsedArgs> {
  const fromWords = parseArgWords(words);
  const fromFile =
    file === undefined
      ? {}
      : file === '-'
        ? parseArgsText(await readAll(stdin), 'standard input')
        : await readArgsFile(file);
  return {
    args: Object.assign(Object.create(null) as Record<string, string>, fromFile, fromWords),
    wordNames: Object.keys(fromWords),
  };
}

/**
 * Adds the required secret arguments that are missing: prompts for them on a terminal, without showing what is typed.
 * Throws `invalid_args` for a secret argument among the words, and without a terminal.
 */
export async function addSecretArgs(
  context: Context,
  proc: ProcMetadata,
  { args, wordNames }: ParsedArgs,
): Promise<Record<string, string>> {
  refuseSecretWords(secretArgsOf(proc), wordNames);
  return await promptForSecretArgs(context, missingSecretArgs(proc, args), args);
}

/** Adds these arguments, without showing what is typed. Throws `invalid_args` without a terminal. */
export async function promptForSecretArgs(
  { stdin }: Context,
  missing: readonly { name: string; description: string }[],
  args: Readonly<Record<string, string>>,
): Promise<Record<string, string>> {
  if (missing.length > 0 && !stdin.isTTY) {
    throw new AppError('invalid_args', 'Secret arguments are missing, and a prompt needs a terminal.', {
      hint: 'Put `NAME: value` lines into a file for -f FILE, or on standard input with -f -.',
      details: missing.map(({ name, description }) => ({
        field: name,
        message: `is required${description ? ` (${plainLine(description)})` : ''}`,
      })),
    });
  }
  const all = Object.assign(Object.create(null) as Record<string, string>, args);
  for (const { name, description } of missing) {
    const about = description ? `${plainLine(description)}, ` : '';
    all[name] = await askHidden(`${name} (${about}hidden): `, stdin);
  }
  return all;
}
