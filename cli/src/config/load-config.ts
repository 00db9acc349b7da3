import type { Context } from '../context.js';
import { SignInFile, type SignIn } from '../sign-in/sign-in-file.js';
import { isForbidden } from './file-problem.js';
import { configFilePath, readConfigFile } from './config-file.js';
import { parseHost, unencryptedHint } from './parse-host.js';
import { resolveValues, type ResolvedValues } from './resolve-config.js';

export interface LoadedConfig {
  path: string;
  fileExists: boolean;
  values: ResolvedValues;
  signIn: SignIn | null;
  /** Why the sign-in is not used. Null: it is, or there is none. */
  signInUnusedReason: string | null;
}

/**
 * Reads the files and the environment, and warns about what is not safe in them. Throws as `readConfigFile` does, unless the
 * environment sets all that is needed.
 */
export async function loadConfig({ env, printer }: Pick<Context, 'env' | 'printer'>): Promise<LoadedConfig> {
  const path = configFilePath(env.configDir);
  const { PROCTOR_HOST, EMAIL_ID, ACCESS_TOKEN } = env.overrides;
  const needsFiles = !PROCTOR_HOST || !EMAIL_ID || !ACCESS_TOKEN;
  const file = await readIfNeeded(needsFiles, async () => await readConfigFile(path));
  const signInFile = new SignInFile(env.configDir, (text) => printer.warn(text));
  const signIn = await readIfNeeded(needsFiles, async () => await signInFile.read());
  if (file?.warning) printer.warn(file.warning);
  const values = resolveValues(
    file?.values ?? {},
    env.overrides,
    signIn ? { PROCTOR_HOST: signIn.host } : {},
  );
  const hint = values.PROCTOR_HOST && unencryptedHint(values.PROCTOR_HOST);
  if (hint) printer.noteOnce(`Warning: ${hint}`);
  return {
    path,
    fileExists: file !== null,
    values,
    signIn,
    signInUnusedReason: signIn && reasonAgainst(signIn, values),
  };
}

/** A sign-in's token only goes to the gateway that issued it, and the environment takes precedence over it. */
function reasonAgainst(signIn: SignIn, values: ResolvedValues): string | null {
  const set = (['EMAIL_ID', 'ACCESS_TOKEN'] as const).filter((key) => values[key]?.source === 'environment');
  if (set.length > 0) return `the environment sets ${set.join(' and ')}`;
  try {
    return parseHost(values.PROCTOR_HOST?.value ?? '') === signIn.host
      ? null
      : `it is for ${signIn.host}, but PROCTOR_HOST is another gateway`;
  } catch {
    return 'PROCTOR_HOST is invalid';
  }
}

/** A home folder that cannot be read, as in a container with another user's, is no obstacle if nothing in it is needed. */
async function readIfNeeded<Content>(
  isNeeded: boolean,
  read: () => Promise<Content>,
): Promise<Content | null> {
  try {
    return await read();
  } catch (error) {
    if (isNeeded || !isForbidden(error)) throw error;
    return null;
  }
}
