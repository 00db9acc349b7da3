import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/**
 * Identifies a process across restarts of ours. The system reuses process ids, so the time of its start is kept with it.
 * @typedef {{ pid: number, startStamp: string }} ProcessIdentity
 */

/**
 * Returns a text that differs between successive processes with the same id.
 * @param {number} pid @returns {string | undefined} undefined: no such process, or a zombie
 */
export function startStamp(pid) {
  return process.platform === 'linux' ? readProc(pid) : askPs(pid);
}

/** @param {number} pid @returns {string | undefined} */
function readProc(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The second field, the program's name in brackets, may hold spaces and brackets: count from its end.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (fields[0] === 'Z' || fields[0] === 'X') return undefined;
    const bootId = readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
    return `${bootId}/${fields[19]}`;
  } catch {
    return undefined;
  }
}

/** @param {number} pid @returns {string | undefined} */
function askPs(pid) {
  try {
    const text = execFileSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim();
    return text === '' || text.startsWith('Z') ? undefined : text.replace(/^\S+\s+/, '');
  } catch {
    return undefined;
  }
}

/** @param {number} pid @returns {ProcessIdentity | undefined} undefined: no such process */
export function identify(pid) {
  const stamp = startStamp(pid);
  return stamp === undefined ? undefined : { pid, startStamp: stamp };
}

/** @param {ProcessIdentity | undefined} identity @returns {boolean} whether exactly this process runs */
export function isRunning(identity) {
  return identity !== undefined && startStamp(identity.pid) === identity.startStamp;
}

/**
 * Signals exactly this process, never a later one with the same id.
 * @param {ProcessIdentity} identity @param {NodeJS.Signals} signal @param {{ group?: boolean }} [options]
 * @returns {boolean} false: it is gone
 */
export function signalProcess(identity, signal, { group = false } = {}) {
  if (!isRunning(identity)) return false;
  try {
    process.kill(group ? -identity.pid : identity.pid, signal);
    return true;
  } catch {
    return false;
  }
}

/** @param {ProcessIdentity} identity @param {number} timeoutMs @returns {Promise<boolean>} true: it has ended */
export async function waitForEnd(identity, timeoutMs) {
  const deadline = performance.now() + timeoutMs;
  while (isRunning(identity)) {
    if (performance.now() > deadline) return false;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  return true;
}
