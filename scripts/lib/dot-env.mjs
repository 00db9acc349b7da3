import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectDir } from './project.mjs';

/**
 * Reads `KEY=VALUE` lines: `#` starts a comment, `export` before the key is allowed, single or double quotes around the
 * whole value are removed (in double quotes `\n` is a newline). Variables are not expanded.
 * @param {string} text @returns {Record<string, string>}
 */
export function parseDotEnv(text) {
  /** @type {Record<string, string>} */
  const values = {};
  for (const line of text.split(/\r?\n/)) {
    const match = /^\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*?)\s*$/.exec(line);
    if (!match) continue;
    const [, key, raw] = /** @type {[string, string, string]} */ (/** @type {unknown} */ (match));
    const quoted = /^(['"])(.*)\1$/.exec(raw);
    if (quoted) values[key] = quoted[1] === '"' ? quoted[2].replaceAll('\\n', '\n') : quoted[2];
    else values[key] = raw.replace(/\s+#.*$/, '');
  }
  return values;
}

/** Adds the variables of the project's `.env` to `process.env`; those already set win. */
export function loadDotEnv() {
  const file = join(projectDir, '.env');
  if (!existsSync(file)) return;
  for (const [key, value] of Object.entries(parseDotEnv(readFileSync(file, 'utf8'))))
    process.env[key] ??= value;
}
