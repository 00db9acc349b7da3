import type { CliEnv } from '../env.js';
import { SignInFile, type SignIn } from '../sign-in/sign-in-file.js';
import { configFilePath, readConfigFile } from './config-file.js';
import { parseHost } from './parse-host.js';
import { resolveValues, type ResolvedValues } from './resolve-config.js';

export interface LoadedConfig {
  path: string;
  isFileThere: boolean;
  values: ResolvedValues;
  signIn: SignIn | null;
  /** Why the sign-in does not count. Null: it does, or there is none. */
  signInIsUnusedBecause: string | null;
}

/** Reads the files and the environment. Throws as `readConfigFile` does. */
export async function loadConfig(env: CliEnv): Promise<LoadedConfig> {
  const path = configFilePath(env.configDir);
  const file = await readConfigFile(path);
  const signIn = await new SignInFile(env.configDir).read();
  const values = resolveValues(file ?? {}, env.overrides, signIn ? { PROCTOR_HOST: signIn.host } : {});
  return {
    path,
    isFileThere: file !== null,
    values,
    signIn,
    signInIsUnusedBecause: signIn && reasonAgainst(signIn, values),
  };
}

/** The token of a sign-in goes to the gateway that it came from only; what the environment says wins. */
function reasonAgainst(signIn: SignIn, values: ResolvedValues): string | null {
  const set = (['EMAIL_ID', 'ACCESS_TOKEN'] as const).filter((key) => values[key]?.source === 'environment');
  if (set.length > 0) return `${set.join(' and ')} in the environment`;
  try {
    return parseHost(values.PROCTOR_HOST?.value ?? '') === signIn.host
      ? null
      : `it is for ${signIn.host}, and PROCTOR_HOST is another gateway`;
  } catch {
    return 'PROCTOR_HOST is wrong';
  }
}
