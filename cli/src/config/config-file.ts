import { join } from 'node:path';
import { stringify } from 'yaml';
import { parseYamlMap } from '../args/parse-yaml-map.js';
import { decodeText } from '../files/decode-text.js';
import { CONFIG_KEYS, type ConfigValues, isConfigKey } from './config-keys.js';
import { readPrivateFile, writePrivateFile } from './private-file.js';

export function configFilePath(configDir: string): string {
  return join(configDir, 'proctor.yaml');
}

export interface ConfigFile {
  values: ConfigValues;
  /** What was wrong with the file and is mended: for the user to read. */
  warning: string | null;
}

/**
 * The file, or null if it does not exist. Keys may be in any case, as in v2; unknown keys are ignored. Throws
 * `malformed_request` if the file cannot be read, is not a YAML map of `NAME: value`, or is not safe to use (see
 * `readPrivateFile`).
 */
export async function readConfigFile(path: string): Promise<ConfigFile | null> {
  const file = await readPrivateFile(path, mayHoldToken);
  if (file === null) return null;
  const text = decodeText(file.bytes, path);
  const values: ConfigValues = {};
  for (const [name, value] of Object.entries(parseYamlMap(text, path))) {
    const key = name.toUpperCase();
    if (isConfigKey(key) && value !== '') values[key] = value;
  }
  return { values, warning: file.warning };
}

export async function writeConfigFile(path: string, values: ConfigValues): Promise<void> {
  const inOrder = Object.fromEntries(CONFIG_KEYS.flatMap((key) => (values[key] ? [[key, values[key]]] : [])));
  await writePrivateFile(path, stringify(inOrder, { lineWidth: 0 }));
}

/** Before the text is decoded: also in UTF-16. */
function mayHoldToken(bytes: Buffer): boolean {
  return /ACCESS_TOKEN/i.test(bytes.toString('latin1').replaceAll('\0', ''));
}
