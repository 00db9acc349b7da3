import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { installDebianPackage, unpackDebianPackage, unpackedEnv } from './fetch-debian.mjs';
import { withLock } from './file-lock.mjs';
import { proctorFolder } from './project.mjs';
import { StartError } from './start-error.mjs';

/** @typedef {{ bin: string, env: Record<string, string>, version: string, how: 'system' | 'unpacked' }} RedisBinary */

const debianRedis = {
  name: 'redis-server',
  parts: /^(redis|valkey|lib)/,
  usualParts: ['redis-server', 'redis-tools', 'libjemalloc2', 'liblzf1'],
};

/**
 * Finds a Redis or Valkey server of version 6.2 or newer: REDIS_SERVER_BIN, one on PATH, or the one unpacked into
 * `.proctor/cache` earlier.
 * @param {string} [cacheDir] @returns {RedisBinary | undefined}
 */
export function findRedis(cacheDir = proctorFolder('cache', 'redis')) {
  const named = process.env.REDIS_SERVER_BIN;
  if (named) return asBinary(named, {}, 'system');
  for (const bin of [
    'redis-server',
    'valkey-server',
    '/usr/local/bin/redis-server',
    '/opt/homebrew/bin/redis-server',
  ]) {
    const found = asBinary(bin, {}, 'system');
    if (found) return found;
  }
  const root = join(cacheDir, 'root');
  const env = unpackedEnv(root);
  return (
    asBinary(join(root, 'usr/bin/redis-server'), env, 'unpacked') ??
    asBinary(join(root, 'usr/bin/valkey-server'), env, 'unpacked')
  );
}

/**
 * Finds a server, or else fetches one: unpacks Debian's packages into `.proctor/cache` without root, or, if that fails
 * and we are root, installs them. May be repeated and run at the same time.
 * @param {{ cacheDir?: string, log?: (line: string) => void }} [options] @returns {Promise<RedisBinary>}
 */
export async function ensureRedis({ cacheDir = proctorFolder('cache', 'redis'), log = () => {} } = {}) {
  const named = process.env.REDIS_SERVER_BIN;
  if (named && !findRedis(cacheDir)) {
    throw new StartError(`REDIS_SERVER_BIN=${named} is not a Redis or Valkey server of version 6.2 or newer`);
  }
  const found = findRedis(cacheDir);
  if (found) return found;
  return withLock(`${cacheDir}.lock`, async () => {
    /** @type {string[]} */
    const failures = [];
    const ways = /** @type {const} */ ([
      [() => unpackDebianPackage(debianRedis, cacheDir), `unpacked Debian's Redis into ${cacheDir}`],
      [() => installDebianPackage(debianRedis), 'installed Redis with apt-get'],
    ]);
    for (const [fetch, done] of ways) {
      const foundMeanwhile = findRedis(cacheDir);
      if (foundMeanwhile) return foundMeanwhile;
      const failure = await fetch();
      if (failure === undefined) log(done);
      else failures.push(failure);
    }
    const fetched = findRedis(cacheDir);
    if (fetched) return fetched;
    throw new StartError(
      'found no Redis (redis-server or valkey-server, 6.2 or newer) and could not fetch one',
      'Install one (Debian, Ubuntu: apt-get install redis-server; Fedora: dnf install valkey; Alpine: apk add valkey;\n' +
        'macOS: brew install redis), or set REDIS_SERVER_BIN to its program,\n' +
        'or run one (docker compose up -d redis) and set PROCTOR_REDIS_ADDRESS=127.0.0.1:6379.\n' +
        `Tried: ${failures.join('; ')}`,
    );
  });
}

/** @param {string} bin @param {Record<string, string>} env @param {RedisBinary['how']} how @returns {RedisBinary | undefined} */
function asBinary(bin, env, how) {
  const { status, stdout } = spawnSync(bin, ['--version'], {
    encoding: 'utf8',
    env: { ...process.env, ...env },
  });
  const version = /v=(\d+\.\d+(?:\.\d+)?)/.exec(stdout ?? '')?.[1];
  return status === 0 && version && isNewEnough(version) ? { bin, env, version, how } : undefined;
}

/** @param {string} version @returns {boolean} at least 6.2, the oldest that BullMQ supports */
export function isNewEnough(version) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > 6 || (major === 6 && minor >= 2);
}
