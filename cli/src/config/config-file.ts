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
 * The file's values, or null if there is no file. Keys may be in any case (v2 read them so); others are ignored.
 * Throws `malformed_request` if it is not a YAML map of `NAME: value`, or can't be read.
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

/** Replaces the file in one step, readable by its owner only. */
export async function writeConfigFile(path: string, values: ConfigValues): Promise<void> {
  const inOrder = Object.fromEntries(CONFIG_KEYS.flatMap((key) => (values[key] ? [[key, values[key]]] : [])));
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    // A link into somebody's dotfiles stays a link.
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
    throw unusable(path, 'written', error);
  }
}

function unusable(path: string, verb: string, error: unknown): AppError {
  const reason = (error as NodeJS.ErrnoException).code ?? String(error);
  return new AppError('malformed_request', `The configuration ${path} can't be ${verb}: ${reason}.`, {
    hint: 'Check the path and its permissions, or set LOCAL_CONFIG_DIR to another folder.',
    cause: error,
  });
}
