import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { consoleDir } from './build-console.mjs';
import { StartError } from './start-error.mjs';

/** In kB of 1,000 bytes, compressed with brotli. */
const FIRST_LOAD_KB = 200;
const LATER_CHUNK_KB = 80;

/** @typedef {{ file: string, isEntry?: boolean, imports?: string[] }} ManifestChunk */

/**
 * Checks how much script a browser loads before the first page shows, and for each later part.
 * @returns {string} the figures @throws StartError if they exceed the budget
 */
export function checkConsoleBudget() {
  /** @type {Record<string, ManifestChunk>} */
  const manifest = JSON.parse(readFileSync(join(consoleDir, 'manifest.json'), 'utf8'));
  const first = new Set();
  const add = (/** @type {string} */ key) => {
    const chunk = manifest[key];
    if (!chunk || first.has(chunk.file)) return;
    first.add(chunk.file);
    chunk.imports?.forEach(add);
  };
  Object.keys(manifest)
    .filter((key) => manifest[key]?.isEntry)
    .forEach(add);
  const scripts = [...new Set(Object.values(manifest).map(({ file }) => file))].filter((file) =>
    file.endsWith('.js'),
  );
  const sizes = scripts.map((file) => ({ file, kb: statSync(join(consoleDir, `${file}.br`)).size / 1000 }));
  const firstKb = sizes.filter(({ file }) => first.has(file)).reduce((sum, { kb }) => sum + kb, 0);
  const later = sizes.filter(({ file }) => !first.has(file));
  const problems = [
    ...(firstKb > FIRST_LOAD_KB ? [`first load: ${firstKb.toFixed(1)} kB, at most ${FIRST_LOAD_KB}`] : []),
    ...later
      .filter(({ kb }) => kb > LATER_CHUNK_KB)
      .map(({ file, kb }) => `${file}: ${kb.toFixed(1)} kB, at most ${LATER_CHUNK_KB}`),
  ];
  if (problems.length > 0)
    throw new StartError(
      `the script of the console is too large:\n${problems.join('\n')}`,
      'Load it later, or use less.',
    );
  const largest = Math.max(0, ...later.map(({ kb }) => kb));
  return `first load ${firstKb.toFixed(1)} kB, largest later chunk ${largest.toFixed(1)} kB`;
}
