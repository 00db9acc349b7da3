import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';

const PROJECT = join(import.meta.dirname, '..', '..');

/** Copies the project to `target` as `git clone` creates it, plus the installed packages and the downloaded Redis. */
export function copyProject(target: string): void {
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: PROJECT,
  });
  const files = listed.toString().split('\0');
  for (const file of files.filter((name) => name && existsSync(join(PROJECT, name)))) {
    mkdirSync(dirname(join(target, file)), { recursive: true });
    cpSync(join(PROJECT, file), join(target, file));
  }
  symlinkSync(join(PROJECT, 'node_modules'), join(target, 'node_modules'));
  const cache = join(PROJECT, '.proctor', 'cache');
  if (existsSync(cache)) cpSync(cache, join(target, '.proctor', 'cache'), { recursive: true });
}
