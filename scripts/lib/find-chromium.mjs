import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { installDebianPackage, unpackDebianPackage, unpackedEnv } from './fetch-debian.mjs';
import { withLock } from './file-lock.mjs';
import { isRoot, proctorFolder } from './project.mjs';
import { StartError } from './start-error.mjs';

/** @typedef {{ bin: string, env: Record<string, string>, version: string }} ChromiumBinary */

const debianChromium = {
  name: 'chromium',
  parts: /^(chromium|lib|font)/,
  usualParts: ['chromium', 'chromium-common'],
};

/** @returns {string} where Debian's packages are unpacked without root */
const cacheDir = () => proctorFolder('cache', 'chromium');

/**
 * Finds a Chromium for the tests of the console: CHROMIUM_BIN, one on PATH, or the one unpacked into `.proctor/cache`
 * earlier.
 * @returns {ChromiumBinary | undefined}
 */
export function findChromium() {
  const named = process.env.CHROMIUM_BIN;
  if (named) return asBinary(named, {});
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    for (const name of ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome']) {
      const bin = join(folder, name);
      const found = existsSync(bin) ? asBinary(bin, {}) : undefined;
      if (found) return found;
    }
  }
  const root = join(cacheDir(), 'root');
  return asBinary(join(root, 'usr/lib/chromium/chromium'), unpackedEnv(root));
}

/**
 * Finds a Chromium, or else fetches Debian's: installs it as root, otherwise unpacks it without installing anything. May
 * be repeated and run at the same time.
 * @param {{ log?: (line: string) => void }} [options] @returns {Promise<ChromiumBinary>}
 */
export async function ensureChromium({ log = () => {} } = {}) {
  const found = findChromium();
  if (found) return found;
  if (process.env.CHROMIUM_BIN)
    throw new StartError(`CHROMIUM_BIN=${process.env.CHROMIUM_BIN} is no Chromium that runs here`);
  return withLock(`${cacheDir()}.lock`, async () => {
    const foundMeanwhile = findChromium();
    if (foundMeanwhile) return foundMeanwhile;
    log(
      isRoot ? "installing Debian's Chromium with apt-get" : `unpacking Debian's Chromium into ${cacheDir()}`,
    );
    const failure = isRoot
      ? await installDebianPackage(debianChromium)
      : await unpackDebianPackage(debianChromium, cacheDir());
    const fetched = findChromium();
    if (fetched) return fetched;
    throw new StartError(
      "found no Chromium for the tests of the console, and could not fetch Debian's",
      `Install one (Debian, Ubuntu: apt-get install chromium), or set CHROMIUM_BIN to its program.\nTried: ${failure ?? 'it does not run here'}`,
    );
  });
}

/** @param {string} bin @param {Record<string, string>} env @returns {ChromiumBinary | undefined} */
function asBinary(bin, env) {
  const { status, stdout } = spawnSync(bin, ['--version'], {
    encoding: 'utf8',
    env: { ...process.env, ...env },
  });
  const version = /(\d+)\.\d+\.\d+/.exec(stdout ?? '')?.[1];
  return status === 0 && version ? { bin, env, version } : undefined;
}
