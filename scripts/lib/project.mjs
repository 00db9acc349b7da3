import { chmodSync, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of this clone. Scripts work there wherever they are called from. */
export const projectDir = resolve(fileURLToPath(new URL('../..', import.meta.url)));

/** Databases, keys, logs and state that `npm start` keeps between starts. */
export const proctorDir = join(projectDir, '.proctor');

export const isRoot = process.getuid?.() === 0;

/**
 * Creates a folder under `.proctor`, private to its owner. As root, other users may pass through but not list it,
 * because Postgres and procs then run as other users. May be repeated.
 * @param {...string} names @returns {string} its path
 */
export function proctorFolder(...names) {
  const mode = isRoot ? 0o711 : 0o700;
  mkdirSync(proctorDir, { recursive: true, mode });
  chmodSync(proctorDir, mode);
  const folder = join(proctorDir, ...names);
  mkdirSync(folder, { recursive: true, mode });
  return folder;
}
