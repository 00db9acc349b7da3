import { chmodSync, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of this clone; every script works there whatever folder it was called from. */
export const projectDir = resolve(fileURLToPath(new URL('../..', import.meta.url)));

/** What `npm start` keeps between starts: databases, keys, logs, state. */
export const proctorDir = join(projectDir, '.proctor');

export const isRoot = process.getuid?.() === 0;

/**
 * Makes a folder under `.proctor` (private to its owner; as root other users may pass through but not list it,
 * because Postgres and procs run as another user then). May be repeated.
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
