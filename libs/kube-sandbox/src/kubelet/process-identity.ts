import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** When a process was started, in the system's own terms; null if there is no such process or nobody can tell. */
export function processStartOf(pid: number): string | null {
  try {
    if (process.platform === 'linux') return linuxStart(readFileSync(`/proc/${pid}/stat`, 'latin1'));
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim() || null;
  } catch {
    return null;
  }
}

/** Field 22 of /proc/<pid>/stat; the second field is a name in brackets that may hold anything. */
export function linuxStart(stat: string): string | null {
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
}

/** Sends a signal to a process group; false when there is none any more. */
export function signalGroup(groupId: number, signal: NodeJS.Signals): boolean {
  try {
    process.kill(-groupId, signal);
    return true;
  } catch {
    return false;
  }
}
