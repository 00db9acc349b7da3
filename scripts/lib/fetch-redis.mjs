import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { isRoot } from './project.mjs';
import { lastLines, runCommand } from './run-command.mjs';

const timeoutMs = 180_000;

/**
 * Downloads Debian's Redis packages and their missing dependencies and unpacks them into a folder, without root and
 * without installing anything. Uses the machine's package lists if present, otherwise fetches its own.
 * @param {string} cacheDir the result is in `<cacheDir>/root`
 * @returns {Promise<string | undefined>} undefined on success, else why it failed
 */
export async function unpackDebianRedis(cacheDir) {
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
    const download = await aptGet(
      [...options, 'download', ...(await packagesNeeded(options, cacheDir))],
      debs,
    );
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

/** @param {string[]} options @param {string} cwd @returns {Promise<string[]>} Redis and missing libraries */
async function packagesNeeded(options, cwd) {
  const { status, output } = await aptGet(
    [...options, '-s', '--no-install-recommends', 'install', 'redis-server'],
    cwd,
  );
  const names = [...output.matchAll(/^Inst (\S+)/gm)]
    .map(([, name]) => name)
    .filter((name) => /^(redis|valkey|lib)/.test(name));
  return status === 0 && names.length > 0
    ? names
    : ['redis-server', 'redis-tools', 'libjemalloc2', 'liblzf1'];
}

/** @returns {Promise<string | undefined>} undefined on success, else why it failed */
export async function installDebianRedis() {
  if (!isRoot) return 'apt-get install: not root';
  const update = await aptGet(['update'], '/');
  const install = await aptGet(['install', '-y', '--no-install-recommends', 'redis-server'], '/');
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
