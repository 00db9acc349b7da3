import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectDir } from './project.mjs';

/**
 * Hashes every file of the working tree that git tracks or would track.
 * @returns {Map<string, string>} path relative to the project → hash of its content
 */
export function hashSourceTree() {
  const list = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: projectDir,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  /** @type {Map<string, string>} */
  const hashes = new Map();
  for (const path of [...new Set(list.split('\0'))].filter(Boolean).sort()) {
    const content = readIfPresent(path);
    if (content) hashes.set(path, createHash('sha256').update(content).digest('hex'));
  }
  return hashes;
}

const modulePattern = /^(apps|libs|cli|test)\/.*\.tsx?$/;
const mayImport = /\b(?:import|export|from|require)\b/;

/**
 * Hashes only those lines of each module that may import something, for checks that ask which module imports which.
 * @param {ReadonlyMap<string, string>} tree @returns {Map<string, string>}
 */
export function hashImports(tree) {
  return new Map(
    [...tree].map(([path, hash]) => {
      const content = modulePattern.test(path) ? readIfPresent(path) : undefined;
      if (!content) return [path, hash];
      const lines = content
        .toString('utf8')
        .split('\n')
        .filter((line) => mayImport.test(line));
      return [path, createHash('sha256').update(lines.join('\n')).digest('hex')];
    }),
  );
}

/** @param {string} text of a module @returns {string} every line that may say what it imports, and some others */
export function importLines(text) {
  return text
    .split('\n')
    .filter((line) => mayImport.test(line))
    .join('\n');
}

/** @param {string} path @returns {Buffer | undefined} undefined for a deleted file or a submodule */
function readIfPresent(path) {
  try {
    return readFileSync(join(projectDir, path));
  } catch {
    return undefined;
  }
}

/**
 * @param {ReadonlyMap<string, string>} before @param {ReadonlyMap<string, string>} after
 * @returns {string[]} paths that were added, removed or changed
 */
export function changedPaths(before, after) {
  return [...new Set([...before.keys(), ...after.keys()])].filter(
    (path) => before.get(path) !== after.get(path),
  );
}
