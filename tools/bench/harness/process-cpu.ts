import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

const MS_PER_TICK = 1_000 / Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));

/**
 * The processor time of a process and all its descendants in milliseconds, in steps of 10 ms: also of those that have ended,
 * because the kernel adds them to the process that waited for them. 0: it has ended. Linux only.
 */
export function cpuMsOf(pid: number): number {
  const stat = read(`/proc/${pid}/stat`);
  if (stat === null) return 0;
  return childrenOf(pid).reduce((sum, child) => sum + cpuMsOf(child), ticksOf(stat) * MS_PER_TICK);
}

/** The processor time of all children of this process that have ended, in milliseconds. */
export function endedChildrenCpuMs(): number {
  return sumTicks(read('/proc/self/stat')!, 13) * MS_PER_TICK;
}

/** The sum of utime, stime, cutime and cstime in the text of a stat file. The name, second, may contain spaces and `)`. */
export function ticksOf(stat: string): number {
  return sumTicks(stat, 11);
}

/** @param from 11: with the time of the process itself; 13: only that of its ended children */
function sumTicks(stat: string, from: number): number {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields.slice(from, 15).reduce((sum, field) => sum + Number(field), 0);
}

function childrenOf(pid: number): number[] {
  return list(`/proc/${pid}/task`).flatMap((thread) => {
    const text = read(`/proc/${pid}/task/${thread}/children`)?.trim();
    return text ? text.split(' ').map(Number) : [];
  });
}

function list(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}

function read(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
