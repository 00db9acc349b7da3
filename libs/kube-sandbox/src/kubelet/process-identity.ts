import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** Start time of a process, in the system's format; null if the process is gone or the time is unknown. */
export function processStartOf(pid: number): string | null {
  try {
    if (process.platform === 'linux') return linuxStart(readFileSync(`/proc/${pid}/stat`, 'latin1'));
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim() || null;
  } catch {
    return null;
  }
}

/** Field 22 of /proc/<pid>/stat. The second field is a name in parentheses that may contain anything. */
export function linuxStart(stat: string): string | null {
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
}

/** Signals a process group. Returns false if it no longer exists. */
export function signalGroup(groupId: number, signal: NodeJS.Signals): boolean {
  try {
    process.kill(-groupId, signal);
    return true;
  } catch {
    return false;
  }
}
