import { existsSync, readFileSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { projectDir } from './project.mjs';
import { lastLines, runCommand } from './run-command.mjs';
import { StartError } from './start-error.mjs';

const lockFile = join(projectDir, 'package-lock.json');
/** npm writes it at the end of an install: the lock as installed. */
const installedFile = join(projectDir, 'node_modules/.package-lock.json');

/** @returns {boolean} whether node_modules matches package-lock.json */
export function arePackagesInstalled() {
  if (!existsSync(installedFile)) return false;
  if (statSync(installedFile).mtimeMs >= statSync(lockFile).mtimeMs) return true;
  // Copying the folder or switching branches back and forth changes times, not contents.
  const wanted = JSON.parse(readFileSync(lockFile, 'utf8')).packages;
  const installed = JSON.parse(readFileSync(installedFile, 'utf8')).packages;
  if (!isSameInstall(wanted, installed)) return false;
  utimesSync(installedFile, new Date(), new Date());
  return true;
}

/**
 * @typedef {Record<string, { version?: string, integrity?: string, optional?: boolean }>} Packages
 * @param {Packages} wanted @param {Packages} installed @returns {boolean}
 */
export function isSameInstall(wanted, installed) {
  const isInPlace = ([name, { version, optional }]) =>
    name === '' || (installed[name] ? installed[name].version === version : optional === true);
  return Object.entries(wanted).every(isInPlace) && Object.keys(installed).every((name) => wanted[name]);
}

/** Runs `npm ci`, but no package's install script. Throws a `StartError` with the last lines of its output if that fails. */
export async function installPackages() {
  // npm passes its settings down as npm_config_* and the path of the npm that runs us as npm_execpath.
  const npm = process.env.npm_execpath;
  const [command, args] = npm?.endsWith('.js') ? [process.execPath, [npm]] : ['npm', []];
  const { status, output } = await runCommand(
    command,
    [...args, 'ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'],
    {
      env: { ...process.env, NODE_ENV: 'development', npm_config_omit: '', npm_config_dry_run: 'false' },
    },
  );
  if (status === 0) return;
  throw new StartError(
    `npm ci ended with status ${status}:\n${lastLines(output, 15)}`,
    'Check the network and the registry (`npm ping`), and that node_modules belongs to you.',
  );
}
