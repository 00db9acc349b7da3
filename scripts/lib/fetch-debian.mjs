import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { isRoot } from './project.mjs';
import { lastLines, runCommand } from './run-command.mjs';

const timeoutMs = 600_000;

/**
 * @typedef {object} DebianPackage
 * @property {string} name
 * @property {RegExp} parts which of the packages that apt would install with it are needed to run it
 * @property {readonly string[]} usualParts these, if apt cannot tell
 */

/**
 * Downloads a Debian package and its missing dependencies and unpacks them into a folder, without root and without
 * installing anything. Uses the machine's package lists if present, otherwise fetches its own.
 * @param {DebianPackage} wanted @param {string} cacheDir the result is in `<cacheDir>/root`
 * @returns {Promise<string | undefined>} undefined on success, else why it failed
 */
export async function unpackDebianPackage(wanted, cacheDir) {
  if ((await runCommand('apt-get', ['--version'])).status !== 0) return 'apt-get not found';
  const [apt, debs, root] = ['apt', 'debs', 'root'].map((name) => join(cacheDir, name));
  const own = [
    '-o',
    `Dir::State::lists=${apt}/lists`,
    '-o',
    `Dir::Cache=${apt}/cache`,
    '-o',
    'Debug::NoLocking=1',
  ];
  let why = '';
  for (const options of [[], own]) {
    for (const folder of [debs, root]) {
      rmSync(folder, { recursive: true, force: true });
      mkdirSync(folder, { recursive: true });
    }
    if (options.length > 0) {
      for (const folder of ['lists/partial', 'cache/archives/partial'])
        mkdirSync(join(apt, folder), { recursive: true });
      const update = await aptGet([...options, 'update'], cacheDir);
      if (update.status !== 0) why = lastLines(update.output, 3);
    }
    const parts = await listParts(wanted, options, cacheDir);
    const download = await aptGet([...options, 'download', ...parts], debs);
    if (download.status === 0) {
      for (const file of readdirSync(debs)) {
        const { status, output } = await runCommand('dpkg', ['-x', join(debs, file), root], { timeoutMs });
        if (status !== 0) return `dpkg -x ${file}: ${lastLines(output, 3)}`;
      }
      rmSync(debs, { recursive: true, force: true });
      rmSync(apt, { recursive: true, force: true });
      return undefined;
    }
    why ||= lastLines(download.output, 3);
  }
  return `apt-get download: ${why}`;
}

/** @param {DebianPackage} wanted @param {string[]} options @param {string} cwd @returns {Promise<readonly string[]>} */
async function listParts({ name, parts, usualParts }, options, cwd) {
  const { status, output } = await aptGet(
    [...options, '-s', '--no-install-recommends', 'install', name],
    cwd,
  );
  const names = [...output.matchAll(/^Inst (\S+)/gm)]
    .map(([, part]) => part)
    .filter((part) => parts.test(part));
  return status === 0 && names.length > 0 ? names : usualParts;
}

/** @param {DebianPackage} wanted @returns {Promise<string | undefined>} undefined on success, else why it failed */
export async function installDebianPackage({ name }) {
  if (!isRoot) return 'apt-get install: not root';
  const update = await aptGet(['update'], '/');
  const install = await aptGet(['install', '-y', '--no-install-recommends', name], '/');
  return install.status === 0
    ? undefined
    : `apt-get install: ${lastLines(update.output + install.output, 3)}`;
}

/** @param {string[]} args @param {string} cwd */
function aptGet(args, cwd) {
  // As root, apt downloads as the user `_apt`, which cannot write to our folder.
  const options = ['-q', '-o', 'APT::Sandbox::User=root', '-o', 'Acquire::Retries=2'];
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C' };
  return runCommand('apt-get', [...options, ...args], { cwd, env, timeoutMs });
}

/** @param {string} root where packages are unpacked @returns {Record<string, string>} lets their programs find their libraries */
export function unpackedEnv(root) {
  const libraries = ['usr/lib', 'lib'].flatMap((name) => listFolders(join(root, name)));
  return { LD_LIBRARY_PATH: [...libraries, process.env.LD_LIBRARY_PATH].filter(Boolean).join(':') };
}

/** @param {string} folder @returns {string[]} */
function listFolders(folder) {
  try {
    return readdirSync(folder).map((name) => join(folder, name));
  } catch {
    return [];
  }
}
