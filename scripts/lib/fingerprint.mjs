import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { projectDir } from './project.mjs';

/** @param {string[]} files @returns {string} hash of their names and contents; a missing file counts as empty */
export function hashContents(files) {
  const hash = createHash('sha256');
  for (const file of files)
    hash.update(`${relative(projectDir, file)}\0${existsSync(file) ? readFileSync(file, 'utf8') : ''}\0`);
  return hash.digest('hex');
}

/** @param {string[]} files @returns {string} hash of their names, sizes and modification times: cheap, and valid on one machine */
export function hashTimes(files) {
  const hash = createHash('sha256');
  for (const file of files) {
    const { size, mtimeMs } = statSync(file);
    hash.update(`${relative(projectDir, file)}\0${size}\0${mtimeMs}\0`);
  }
  return hash.digest('hex');
}

/** @param {string} folder @param {(name: string) => boolean} wanted @returns {string[]} paths, sorted, at any depth */
export function listFiles(folder, wanted) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && wanted(entry.name))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .sort();
}

/** @param {string} file @returns {string} its text, or '' */
export function readStamp(file) {
  return existsSync(file) ? readFileSync(file, 'utf8').trim() : '';
}
