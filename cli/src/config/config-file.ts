import { mkdir, readFile, realpath, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { AppError } from '@app/domain';
import { stringify } from 'yaml';
import { parseYamlMap } from '../args/parse-yaml-map.js';
import { CONFIG_KEYS, type ConfigValues, isConfigKey } from './config-keys.js';

export function configFilePath(configDir: string): string {
  return join(configDir, 'proctor.yaml');
}

/**
 * The values in the file, or null if it does not exist. Keys may be in any case, as in v2; unknown keys are ignored.
 * Throws `malformed_request` if the file cannot be read or is not a YAML map of `NAME: value`.
 */
export async function readConfigFile(path: string): Promise<ConfigValues | null> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw unusable(path, 'read', error);
  }
  const values: ConfigValues = {};
  for (const [name, value] of Object.entries(parseYamlMap(text, path))) {
    const key = name.toUpperCase();
    if (isConfigKey(key) && value !== '') values[key] = value;
  }
  return values;
}

/** Replaces the file atomically; only its owner can read it. */
export async function writeConfigFile(path: string, values: ConfigValues): Promise<void> {
  const inOrder = Object.fromEntries(CONFIG_KEYS.flatMap((key) => (values[key] ? [[key, values[key]]] : [])));
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    // A symbolic link, for example into a dotfiles repository, stays one.
    const target = await realpath(path).catch(() => path);
    const draft = `${target}.${process.pid}.new`;
    try {
      await writeFile(draft, stringify(inOrder, { lineWidth: 0 }), { mode: 0o600, flag: 'wx' });
      await rename(draft, target);
    } catch (error) {
      await rm(draft, { force: true });
      throw error;
    }
  } catch (error) {
    throw unusable(path, 'write', error);
  }
}

function unusable(path: string, verb: string, error: unknown): AppError {
  const reason = (error as NodeJS.ErrnoException).code ?? String(error);
  return new AppError('malformed_request', `Cannot ${verb} the configuration ${path}: ${reason}.`, {
    hint: 'Check the path and its permissions, or set LOCAL_CONFIG_DIR to another folder.',
    cause: error,
  });
}
