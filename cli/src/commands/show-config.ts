import { configFilePath, readConfigFile } from '../config/config-file.js';
import { CONFIG_KEYS } from '../config/config-keys.js';
import { resolveValues } from '../config/resolve-config.js';
import type { Context } from '../context.js';
import { plainLine } from '../output/filter-controls.js';
import { maskToken } from '../output/mask-token.js';
import { formatTable } from '../output/table.js';

/** The values that count and where each comes from; never the token. */
export async function showConfig({ env, printer }: Context): Promise<number> {
  const path = configFilePath(env.configDir);
  const file = await readConfigFile(path);
  const values = resolveValues(file ?? {}, env.overrides);
  const shown = CONFIG_KEYS.map((key) => {
    const resolved = values[key];
    if (!resolved) return { key, value: null, source: null };
    const value = key === 'ACCESS_TOKEN' ? maskToken(resolved.value) : plainLine(resolved.value);
    return { key, value, source: resolved.source };
  });
  const rows = shown.map(({ key, value, source }) => [key, value ?? '(not set)', source ?? '']);
  const text = `File: ${path}${file === null ? ' (not there)' : ''}\n\n${formatTable(['KEY', 'VALUE', 'FROM'], rows)}`;
  const byKey = Object.fromEntries(shown.map(({ key, value, source }) => [key, { value, source }]));
  await printer.result(text, { file: path, exists: file !== null, values: byKey });
  return 0;
}
