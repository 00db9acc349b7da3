import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { proctorFolder } from './project.mjs';

/**
 * Reads a secret from `.proctor/<name>`, or creates it at the first start, readable only by its owner.
 * @param {string} name @param {() => string} create @returns {string}
 */
export function readOrCreateSecret(name, create) {
  const file = join(proctorFolder(), name);
  if (!existsSync(file)) writeFileSync(file, `${create()}\n`, { mode: 0o600 });
  return readFileSync(file, 'utf8').trim();
}
