import { AppError } from '@app/domain';
import { parseArgWords } from '../args/parse-arg-words.js';
import { ask, askHidden, confirm, readAll } from '../terminal/prompt.js';
import { configFilePath, readConfigFile, writeConfigFile } from '../config/config-file.js';
import { isConfigKey, type ConfigValues } from '../config/config-keys.js';
import { loadConfig } from '../config/load-config.js';
import { parseNewHost, unencryptedNote } from '../config/parse-host.js';
import { credentialsFrom, NOT_CONFIGURED, resolveValues } from '../config/resolve-config.js';
import type { Context } from '../context.js';
import { decodeText } from '../files/decode-text.js';
import { readBounded } from '../files/read-bounded.js';

const MAX_TOKEN_FILE_BYTES = 64 * 1024;

export interface WriteConfigOptions {
  host: string | undefined;
  email: string | undefined;
  tokenFile: string | undefined;
  /** `KEY=value`, as in v2. */
  words: readonly string[];
  /** Overwrite without confirmation. */
  yes: boolean;
}

/** Sets host, email and token; keeps the other keys of the file. On a terminal, prompts for missing values. */
export async function writeConfig(context: Context, options: WriteConfigOptions): Promise<number> {
  const { env, stdin, printer } = context;
  const changes = valuesOf(options);
  const path = configFilePath(env.configDir);
  const existing = await readExisting(path, options.yes);
  if (existing !== null && !options.yes) await confirmOverwrite(path, existing, stdin);

  const values: ConfigValues = { ...existing, ...changes };
  if (stdin.isTTY) {
    if (!changes.PROCTOR_HOST)
      values.PROCTOR_HOST = await askFor('Gateway (URL)', values.PROCTOR_HOST, stdin);
    if (!changes.EMAIL_ID) values.EMAIL_ID = await askFor('Email', values.EMAIL_ID, stdin);
  }
  values.ACCESS_TOKEN =
    changes.ACCESS_TOKEN ?? (await readToken(options.tokenFile, values.ACCESS_TOKEN, stdin));
  checkValues(values, existing?.PROCTOR_HOST);
  await writeConfigFile(path, values);
  const unencrypted =
    values.PROCTOR_HOST === existing?.PROCTOR_HOST ? null : unencryptedNote(values.PROCTOR_HOST ?? '');
  if (unencrypted !== null) printer.note(`Warning: ${unencrypted}`);
  if (options.words.some((word) => word.startsWith('ACCESS_TOKEN='))) {
    printer.note(
      'Warning: other users of this machine can see a token on the command line. Omit it to be prompted for it.',
    );
  }
  const { signIn, signInUnusedReason } = await loadConfig(context);
  if (signIn && signInUnusedReason === null) {
    printer.note('Note: commands still use `proctor login`. Run `proctor logout` to use this token.');
  }
  await printer.result(`Written: ${path}\nTry: proctor list\n`, { file: path });
  return 0;
}

function valuesOf({ host, email, words }: WriteConfigOptions): ConfigValues {
  const values: ConfigValues = {};
  for (const [name, value] of Object.entries(parseArgWords(words))) {
    if (!isConfigKey(name)) {
      throw new AppError('invalid_args', `Unknown configuration key '${name}'.`, {
        hint: 'See all keys with `proctor config show`.',
      });
    }
    values[name] = value;
  }
  if (host !== undefined) values.PROCTOR_HOST = host;
  if (email !== undefined) values.EMAIL_ID = email;
  return values;
}

/** An unreadable file is an error, unless it is to be overwritten anyway. */
async function readExisting(path: string, yes: boolean): Promise<ConfigValues | null> {
  try {
    return (await readConfigFile(path))?.values ?? null;
  } catch (error) {
    if (yes) return null;
    throw error;
  }
}

async function confirmOverwrite(
  path: string,
  existing: ConfigValues,
  stdin: NodeJS.ReadStream,
): Promise<void> {
  const about = existing.PROCTOR_HOST ? ` (for ${existing.PROCTOR_HOST})` : '';
  if (stdin.isTTY && (await confirm(`${path} exists${about}. Overwrite it?`, stdin))) return;
  throw new AppError('conflict', `${path} already exists${about}. Nothing was changed.`, {
    hint: 'Overwrite it with --yes.',
  });
}

async function askFor(question: string, current: string | undefined, stdin: NodeJS.ReadStream) {
  const answer = (await ask(current ? `${question} [${current}]: ` : `${question}: `, stdin)).trim();
  return answer || current;
}

/** From the token file, else from a hidden prompt, else from standard input. Empty: keeps the current token. */
async function readToken(
  tokenFile: string | undefined,
  current: string | undefined,
  stdin: NodeJS.ReadStream,
) {
  let text: string;
  if (tokenFile !== undefined) {
    const bytes = await readBounded(tokenFile, MAX_TOKEN_FILE_BYTES).catch((error: NodeJS.ErrnoException) => {
      if (error instanceof AppError) throw error;
      throw new AppError(
        'malformed_request',
        `Cannot read the token file ${tokenFile}: ${error.code ?? error.message}.`,
      );
    });
    text = decodeText(bytes, tokenFile);
  } else {
    text = stdin.isTTY
      ? await askHidden(
          current ? 'Access token (hidden; empty keeps the current one): ' : 'Access token (hidden): ',
          stdin,
        )
      : await readAll(stdin);
  }
  return text.trim() || current;
}

/**
 * Throws `invalid_args` naming what is missing or invalid, so that no unusable file is written. A host that stays as it is
 * may lack a scheme.
 */
function checkValues(values: ConfigValues, hostBefore: string | undefined): void {
  try {
    credentialsFrom(resolveValues(values, {}));
    if (values.PROCTOR_HOST !== hostBefore) checkNewHost(values.PROCTOR_HOST ?? '');
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const message =
      error.code === 'unauthenticated' ? error.message.replace(`${NOT_CONFIGURED}: `, '') : 'invalid values.';
    throw new AppError('invalid_args', `Nothing was written: ${message}`, {
      hint: 'Use --host and --email, and give the token with --token-file, on standard input or at the prompt.',
      details: error.details,
    });
  }
}

function checkNewHost(host: string): void {
  try {
    parseNewHost(host);
  } catch (error) {
    const details = [{ field: 'PROCTOR_HOST', message: (error as Error).message }];
    throw new AppError('malformed_request', 'The address is invalid.', { details, cause: error });
  }
}
