import { createHash } from 'node:crypto';
import { readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
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

/**
 * @param {string} check @param {number} [maxAgeMs] of the record, for a check that asks others too
 * @returns {{ files: Map<string, string>, remark: string } | undefined} the tree for which it passed last, and its remark
 */
export function readGreenTree(check, maxAgeMs = Infinity) {
  try {
    const file = recordFile(check);
    const { files, remark = '', ...record } = JSON.parse(readFileSync(file, 'utf8'));
    const isFresh = Date.now() - statSync(file).mtimeMs < maxAgeMs;
    if (isFresh && record.environment === environment())
      return { files: new Map(Object.entries(files)), remark };
  } catch {
    // Never passed here, or the record is damaged: run the check.
  }
  return undefined;
}

/** @param {string} check @param {ReadonlyMap<string, string>} tree @param {string} [remark] shown while it counts */
export function recordGreenTree(check, tree, remark) {
  const file = recordFile(check);
  writeFileSync(
    `${file}.new`,
    JSON.stringify({ environment: environment(), remark, files: Object.fromEntries(tree) }),
  );
  renameSync(`${file}.new`, file);
}
