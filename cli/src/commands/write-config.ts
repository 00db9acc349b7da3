import { readFile } from 'node:fs/promises';
import { AppError } from '@app/domain';
import { parseArgWords } from '../args/parse-arg-words.js';
import { ask, askHidden, confirm, readAll } from '../terminal/prompt.js';
import { configFilePath, readConfigFile, writeConfigFile } from '../config/config-file.js';
import { isConfigKey, type ConfigValues } from '../config/config-keys.js';
import { loadConfig } from '../config/load-config.js';
import { connectionFrom, resolveValues } from '../config/resolve-config.js';
import type { Context } from '../context.js';

export interface WriteConfigOptions {
  host: string | undefined;
  email: string | undefined;
  tokenFile: string | undefined;
  /** v2's form: `KEY=value` words. */
  words: readonly string[];
  /** Overwrite without asking. */
  yes: boolean;
}

/** Sets host, email and token; keeps what else is in the file. Asks for what was not given, on a terminal. */
export async function writeConfig(context: Context, options: WriteConfigOptions): Promise<number> {
  const { env, stdin, printer } = context;
  const given = valuesOf(options);
  const path = configFilePath(env.configDir);
  const existing = await readExisting(path, options.yes);
  if (existing !== null && !options.yes) await agreeToOverwrite(path, existing, stdin);

  const values: ConfigValues = { ...existing, ...given };
  if (stdin.isTTY) {
    if (!given.PROCTOR_HOST)
      values.PROCTOR_HOST = await askFor('Gateway (host:port or URL)', values.PROCTOR_HOST, stdin);
    if (!given.EMAIL_ID) values.EMAIL_ID = await askFor('Email', values.EMAIL_ID, stdin);
  }
  values.ACCESS_TOKEN =
    given.ACCESS_TOKEN ?? (await readToken(options.tokenFile, values.ACCESS_TOKEN, stdin));
  checkValues(values);
  await writeConfigFile(path, values);
  if (options.words.some((word) => word.startsWith('ACCESS_TOKEN='))) {
    printer.note(
      'Note: a token on the command line can be seen by others; better leave it out and be asked for it.',
    );
  }
  const { signIn, signInIsUnusedBecause } = await loadConfig(env);
  if (signIn && signInIsUnusedBecause === null) {
    printer.note('Note: `proctor login` goes on being used; `proctor logout` makes this token count.');
  }
  await printer.result(`Written: ${path}\nTry: proctor list\n`, { file: path });
  return 0;
}

function valuesOf({ host, email, words }: WriteConfigOptions): ConfigValues {
  const values: ConfigValues = {};
  for (const [name, value] of Object.entries(parseArgWords(words))) {
    if (!isConfigKey(name)) {
      throw new AppError('invalid_args', `There is no configuration key '${name}'.`, {
        hint: '`proctor config show` lists all of them.',
      });
    }
    values[name] = value;
  }
  if (host !== undefined) values.PROCTOR_HOST = host;
  if (email !== undefined) values.EMAIL_ID = email;
  return values;
}

/** A file that can't be read as a configuration stops us, unless it is to be overwritten anyway. */
async function readExisting(path: string, yes: boolean): Promise<ConfigValues | null> {
  try {
    return await readConfigFile(path);
  } catch (error) {
    if (yes) return null;
    throw error;
  }
}

async function agreeToOverwrite(
  path: string,
  existing: ConfigValues,
  stdin: NodeJS.ReadStream,
): Promise<void> {
  const about = existing.PROCTOR_HOST ? ` (for ${existing.PROCTOR_HOST})` : '';
  if (stdin.isTTY && (await confirm(`${path} exists${about}. Overwrite it?`, stdin))) return;
  throw new AppError('conflict', `${path} exists${about}; nothing was changed.`, {
    hint: 'Overwrite it with --yes.',
  });
}

async function askFor(question: string, present: string | undefined, stdin: NodeJS.ReadStream) {
  const answer = (await ask(present ? `${question} [${present}]: ` : `${question}: `, stdin)).trim();
  return answer || present;
}

/** From the file named, else typed unseen on a terminal, else from standard input. Empty: the present one. */
async function readToken(
  tokenFile: string | undefined,
  present: string | undefined,
  stdin: NodeJS.ReadStream,
) {
  let text: string;
  if (tokenFile !== undefined) {
    text = await readFile(tokenFile, 'utf8').catch((error: NodeJS.ErrnoException) => {
      throw new AppError(
        'malformed_request',
        `The token file ${tokenFile} can't be read: ${error.code ?? error.message}.`,
      );
    });
  } else {
    text = stdin.isTTY
      ? await askHidden(
          present ? 'Access token (not shown; empty keeps the present one): ' : 'Access token (not shown): ',
          stdin,
        )
      : await readAll(stdin);
  }
  return text.trim() || present;
}

/** Throws `invalid_args` naming what is missing or wrong, so that nothing unusable is written. */
function checkValues(values: ConfigValues): void {
  try {
    connectionFrom(resolveValues(values, {}));
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const message =
      error.code === 'unauthenticated'
        ? error.message.replace('The CLI is not configured: ', '')
        : 'These values can not be used.';
    throw new AppError('invalid_args', `Nothing was written: ${message}`, {
      hint: 'Give --host and --email; the token with --token-file, on standard input or when asked.',
      details: error.details,
    });
  }
}
