import { createHash } from 'node:crypto';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { proctorFolder, projectDir } from './project.mjs';

/**
 * Remembers for which files a check passed. Only a passed check is recorded, so a record can skip work but cannot make
 * a failing tree pass: it counts only for the same content of the same files, packages, Node.js and time zone.
 */

/** @param {string} check */
const recordFile = (check) => join(proctorFolder('checks'), `${check.replace(/\W/g, '-')}.json`);

/** What a check depends on besides the source tree. */
function environment() {
  const installed = createHash('sha256')
    .update(readFileSync(join(projectDir, 'node_modules/.package-lock.json')))
    .digest('hex');
  const { TZ = '', LANG = '', NODE_OPTIONS = '' } = process.env;
  return JSON.stringify([process.version, process.platform, process.arch, installed, TZ, LANG, NODE_OPTIONS]);
}

/** @param {string} check @returns {Map<string, string> | undefined} the tree for which it passed last */
export function readGreenTree(check) {
  try {
    const record = JSON.parse(readFileSync(recordFile(check), 'utf8'));
    if (record.environment === environment()) return new Map(Object.entries(record.files));
  } catch {
    // Never passed here, or the record is damaged: run the check.
  }
  return undefined;
}

/** @param {string} check @param {ReadonlyMap<string, string>} tree */
export function recordGreenTree(check, tree) {
  const file = recordFile(check);
  writeFileSync(
    `${file}.new`,
    JSON.stringify({ environment: environment(), files: Object.fromEntries(tree) }),
  );
  renameSync(`${file}.new`, file);
}
