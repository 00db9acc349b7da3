import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Creates a private folder, named after this process. Removes those of processes that were killed. */
export function openTemporaryFolder(prefix: string): string {
  for (const name of readdirSync(tmpdir())) {
    const pid = name.startsWith(`${prefix}-`) && /^\d+(?=-)/.exec(name.slice(prefix.length + 1))?.[0];
    if (pid && !isAlive(Number(pid))) rmSync(join(tmpdir(), name), { recursive: true, force: true });
  }
  return mkdtempSync(join(tmpdir(), `${prefix}-${process.pid}-`));
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
