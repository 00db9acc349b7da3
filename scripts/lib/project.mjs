import { chmodSync, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of this clone. Scripts work there wherever they are called from. */
export const projectDir = resolve(fileURLToPath(new URL('../..', import.meta.url)));

/** Databases, keys, logs and state that `npm start` keeps between starts. */
export const proctorDir = join(projectDir, '.proctor');

export const isRoot = process.getuid?.() === 0;

/**
 * Creates a folder under `.proctor` that only its owner may enter. May be repeated: a folder that an earlier version left
 * open is closed.
 * @param {...string} names @returns {string} its path
 */
export const proctorFolder = (...names) => folderOf(names, 0o700);

/**
 * As `proctorFolder`, but as root other users may pass through it and not list it: Postgres and procs then run as other
 * users. Whatever lies in it must be closed by itself.
 * @param {...string} names @returns {string} its path
 */
export const passableFolder = (...names) => folderOf(names, isRoot ? 0o711 : 0o700);

/** @param {string[]} names @param {number} mode @returns {string} */
function folderOf(names, mode) {
  const outer = isRoot ? 0o711 : 0o700;
  mkdirSync(proctorDir, { recursive: true, mode: outer });
  chmodSync(proctorDir, outer);
  if (names.length === 0) return proctorDir;
  const folder = join(proctorDir, ...names);
  mkdirSync(folder, { recursive: true, mode });
  chmodSync(folder, mode);
  return folder;
}
