import { mkdir, readFile, realpath, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { stringify } from 'yaml';
import { parseYamlMap } from '../args/parse-yaml-map.js';
import { decodeText } from '../files/decode-text.js';
import { fileProblem, isMissing } from './file-problem.js';
import { CONFIG_KEYS, type ConfigValues, isConfigKey } from './config-keys.js';

export function configFilePath(configDir: string): string {
  return join(configDir, 'proctor.yaml');
}

/**
 * The values in the file, or null if it does not exist. Keys may be in any case, as in v2; unknown keys are ignored.
 * Throws `malformed_request` if the file cannot be read or is not a YAML map of `NAME: value`.
 */
export async function readConfigFile(path: string): Promise<ConfigValues | null> {
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (error) {
    if (isMissing(error)) return null;
    throw fileProblem('read', path, error);
  }
  const text = decodeText(bytes, path);
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
    throw fileProblem('write', path, error);
  }
}
