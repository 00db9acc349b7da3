import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { isRoot } from './project.mjs';

/**
 * Chooses the user that runs Postgres, which refuses to run as root: the owner of its data, or for new data `postgres`,
 * or `nobody` if that user does not exist.
 * @param {string} [dataDir] @returns {{ uid?: number, gid?: number }} empty: the current user
 */
export function postgresAccount(dataDir) {
  if (!isRoot) return {};
  if (dataDir && existsSync(dataDir)) {
    const { uid, gid } = statSync(dataDir);
    if (uid !== 0) return { uid, gid };
  }
  return findUser('postgres') ?? findUser('nobody') ?? { uid: 65_534, gid: 65_534 };
}

/** @param {string} name @returns {{ uid: number, gid: number } | undefined} */
function findUser(name) {
  try {
    const ask = (/** @type {string} */ flag) =>
      Number(execFileSync('id', [flag, name], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }));
    return { uid: ask('-u'), gid: ask('-g') };
  } catch {
    return undefined;
  }
}

/** @param {string} folder @param {{ uid?: number, gid?: number }} account @returns {boolean} whether it may enter the folder */
export function isReachable(folder, account) {
  if (account.uid === undefined) return true;
  return (
    spawnSync('/bin/sh', ['-c', 'cd "$1"', 'sh', folder], { ...account, cwd: '/', stdio: 'ignore' })
      .status === 0
  );
}

/** A folder outside the project that every user can enter; needed only as root. */
export function systemFolder() {
  for (const folder of ['/var/lib/proctor', join(tmpdir(), 'proctor')]) {
    try {
      mkdirSync(folder, { recursive: true, mode: 0o755 });
      chmodSync(folder, 0o755);
      return folder;
    } catch {
      // read-only: try the next one
    }
  }
  return tmpdir();
}

/**
 * Creates the parent of a data folder so that the account can enter it. If the project is in a folder closed to the
 * account, such as /root, `dataDir` becomes a link to a system folder.
 * @param {string} dataDir @param {{ uid?: number, gid?: number }} account @param {(line: string) => void} log
 * @returns {string} real path of the data folder, which may not exist yet
 */
export function placeDataFolder(dataDir, account, log) {
  const parent = dirname(dataDir);
  mkdirSync(parent, { recursive: true });
  const link = linkTarget(dataDir);
  if (link && existsSync(dirname(link))) return link;
  if (link) rmSync(dataDir);
  if (existsSync(dataDir) || isReachable(parent, account)) return dataDir;
  const holder = mkdtempSync(join(systemFolder(), 'data-'));
  chmodSync(holder, 0o711);
  const target = join(holder, 'postgres');
  symlinkSync(target, dataDir);
  log(`the user that runs Postgres can't enter ${parent}: its data is in ${target}`);
  return target;
}

/** @param {string} path @returns {string | undefined} */
function linkTarget(path) {
  try {
    return resolve(dirname(path), readlinkSync(path));
  } catch {
    return undefined;
  }
}

/** Removes a data folder, or the link and what it points to. @param {string} dataDir */
export function removeDataFolder(dataDir) {
  const target = linkTarget(dataDir);
  if (target) rmSync(dirname(target), { recursive: true, force: true });
  rmSync(dataDir, { recursive: true, force: true });
}

/**
 * Fills a folder with `fill` and moves it into place only if that succeeds.
 * @param {string} folder @param {{ uid?: number, gid?: number }} account @param {(unfinished: string) => Promise<void>} fill
 */
export async function createFolderWhole(folder, account, fill) {
  const unfinished = `${folder}.new`;
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished, { recursive: true, mode: 0o700 });
  if (account.uid !== undefined && account.gid !== undefined) chownSync(unfinished, account.uid, account.gid);
  await fill(unfinished);
  renameSync(unfinished, folder);
}
