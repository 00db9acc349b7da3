import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/**
 * A process as it may be written down and found again: a process id alone is given to another program some time
 * after the first one ended, so the moment of its start is kept beside it.
 * @typedef {{ pid: number, startStamp: string }} ProcessIdentity
 */

/**
 * Text that differs for two processes which had the same id one after the other.
 * @param {number} pid @returns {string | undefined} undefined: no such process, or a zombie
 */
export function startStamp(pid) {
  return process.platform === 'linux' ? readProc(pid) : askPs(pid);
}

/** @param {number} pid @returns {string | undefined} */
function readProc(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The second field is the program's name in brackets, which may hold spaces and brackets: count from its end.
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

/** @param {number} pid @returns {ProcessIdentity | undefined} undefined: there is no such process */
export function identify(pid) {
  const stamp = startStamp(pid);
  return stamp === undefined ? undefined : { pid, startStamp: stamp };
}

/** @param {ProcessIdentity | undefined} identity @returns {boolean} true: that very process runs */
export function isRunning(identity) {
  return identity !== undefined && startStamp(identity.pid) === identity.startStamp;
}

/**
 * Signals exactly this process; one that merely got its id later is left alone.
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
