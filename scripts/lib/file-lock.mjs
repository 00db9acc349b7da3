import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { identify, isRunning } from './process-identity.mjs';

/** @param {string} file @returns {import('./process-identity.mjs').ProcessIdentity | undefined} its holder, if alive */
export function lockHolder(file) {
  try {
    const holder = JSON.parse(readFileSync(file, 'utf8'));
    return isRunning(holder) ? holder : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Takes a lock that only a living process can hold: it is free again when that process ends, however it ends. Two
 * processes that find the same dead lock cannot both take it.
 * @param {string} file
 * @returns {{ release(): void } | undefined} undefined: another process (or this one) holds it
 */
export function tryLock(file) {
  mkdirSync(dirname(file), { recursive: true });
  const mine = `${file}.${process.pid}`;
  writeFileSync(mine, JSON.stringify(identify(process.pid)), { mode: 0o600 });
  try {
    for (let attempt = 0; attempt < 20; attempt++) {
      if (linkIfAbsent(mine, file)) return { release: () => rmSync(file, { force: true }) };
      if (lockHolder(file)) return undefined;
      removeDeadLock(file);
    }
    return undefined;
  } finally {
    rmSync(mine, { force: true });
  }
}

/** @param {string} from @param {string} to @returns {boolean} false: `to` exists. The name appears together with its content. */
function linkIfAbsent(from, to) {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'EEXIST') return false;
    throw error;
  }
}

/** @param {string} file */
function removeDeadLock(file) {
  const aside = `${file}.${process.pid}.dead`;
  try {
    renameSync(file, aside);
  } catch {
    return; // another process removed it
  }
  // Between the check and the rename another process may have placed its own, living lock there: give it back.
  if (lockHolder(aside)) linkIfAbsent(aside, file);
  rmSync(aside, { force: true });
}

/**
 * Waits for the lock, then runs `work` under it.
 * @template T @param {string} file @param {() => Promise<T>} work @returns {Promise<T>}
 */
export async function withLock(file, work) {
  let lock = tryLock(file);
  while (!lock) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    lock = tryLock(file);
  }
  try {
    return await work();
  } finally {
    lock.release();
  }
}
