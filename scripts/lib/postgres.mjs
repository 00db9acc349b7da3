import { randomBytes } from 'node:crypto';
import { chownSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findPostgres } from './find-postgres.mjs';
import { freePort, isPortFree } from './free-port.mjs';
import {
  createFolderWhole,
  placeDataFolder,
  postgresAccount,
  removeDataFolder,
} from './postgres-account.mjs';
import { postgresUrl } from './postgres-url.mjs';
import { lastLines, runCommand } from './run-command.mjs';
import { startServerProcess, waitUntilReady } from './server-process.mjs';
import { StartError } from './start-error.mjs';

export { findPostgres };

const user = 'proctor';

/**
 * @typedef {object} RunningPostgres
 * @property {'127.0.0.1'} host
 * @property {number} port
 * @property {string} user a superuser
 * @property {string} password
 * @property {'system' | 'embedded'} how
 * @property {number} major
 * @property {string} folder real path of its data
 * @property {(database: string) => string} url
 * @property {import('./server-process.mjs').ServerProcess} process
 * @property {() => Promise<void>} stop fast shutdown: open transactions are rolled back, all committed data is kept
 * @property {(signal: NodeJS.Signals) => void} kill
 * @property {() => Promise<void>} remove stops it and removes its data
 */

/**
 * Starts a Postgres on 127.0.0.1 that requires a password (scram) and creates its data at the first start. Starting it
 * again on the same folder continues with the same data and password. As root, it runs as another user.
 * Throws a `StartError` if there are no binaries, the port is taken, or another server uses the data.
 * @param {object} options
 * @param {string} options.dataDir
 * @param {number} [options.port] a free one by default
 * @param {(line: string) => void} [options.log] receives its log and our remarks
 * @param {Record<string, string>} [options.settings] postgresql.conf settings
 * @param {string} [options.binaries] see `findPostgres`
 * @returns {Promise<RunningPostgres>}
 */
export async function startPostgres({ dataDir, port, log = () => {}, settings = {}, binaries: from }) {
  const bound = port ?? (await freePort());
  if (!(await isPortFree(bound))) throw portTaken(bound);
  const account = postgresAccount(dataDir);
  const folder = placeDataFolder(dataDir, account, log);
  const versionFile = join(folder, 'PG_VERSION');
  const major = existsSync(versionFile) ? Number(readFileSync(versionFile, 'utf8')) : undefined;
  const binaries = findPostgres({ ...(from ? { from } : {}), ...(major ? { major } : {}) });
  const password = readPassword(`${dataDir}.password`);
  if (major === undefined)
    await createFolderWhole(folder, account, (empty) => initialize(binaries, empty, account, password));
  const server = await launch({ binaries, folder, account, port: bound, settings, log });
  const stop = () =>
    server.stop([
      { signal: 'SIGCONT', graceMs: 0 },
      { signal: 'SIGINT', graceMs: 30_000 },
      { signal: 'SIGQUIT', graceMs: 5_000 },
      { signal: 'SIGKILL', graceMs: 5_000, group: true },
    ]);
  const address = { host: /** @type {const} */ ('127.0.0.1'), port: bound, user, password };
  return {
    ...address,
    how: binaries.how,
    major: binaries.major,
    folder,
    url: (database) => postgresUrl(address, database),
    process: server,
    stop,
    kill: server.kill,
    async remove() {
      await stop();
      removeDataFolder(dataDir);
      rmSync(`${dataDir}.password`, { force: true });
    },
  };
}

/** @param {string} file @returns {string} */
function readPassword(file) {
  if (!existsSync(file)) writeFileSync(file, `${randomBytes(24).toString('base64url')}\n`, { mode: 0o600 });
  return readFileSync(file, 'utf8').trim();
}

/** @typedef {{ uid?: number, gid?: number }} Account */

/** @param {Record<string, string>} env @returns {NodeJS.ProcessEnv} without the caller's PG* settings */
const environment = (env) => ({ PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC', ...env });

/**
 * @param {import('./find-postgres.mjs').PostgresBinaries} binaries @param {string} folder @param {Account} account
 * @param {string} password
 */
async function initialize(binaries, folder, account, password) {
  const scratch = mkdtempSync(join(tmpdir(), 'proctor-initdb-'));
  try {
    const passwordFile = join(scratch, 'password');
    writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 });
    if (account.uid !== undefined && account.gid !== undefined) {
      chownSync(scratch, account.uid, account.gid);
      chownSync(passwordFile, account.uid, account.gid);
    }
    const { status, output } = await runCommand(
      join(binaries.binDir, 'initdb'),
      [
        '-D',
        folder,
        '-U',
        user,
        '-A',
        'scram-sha-256',
        '--pwfile',
        passwordFile,
        '-E',
        'UTF8',
        '--locale=C',
        '--no-sync',
      ],
      { env: environment(binaries.env), cwd: folder, ...account },
    );
    if (status !== 0) throw new StartError(`initdb ended with status ${status}:\n${lastLines(output, 15)}`);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/**
 * @param {{ binaries: import('./find-postgres.mjs').PostgresBinaries, folder: string, account: Account, port: number,
 *   settings: Record<string, string>, log: (line: string) => void }} options
 * @returns {Promise<import('./server-process.mjs').ServerProcess>}
 */
async function launch({ binaries, folder, account, port, settings, log }) {
  const all = { listen_addresses: '127.0.0.1', port: String(port), unix_socket_directories: '', ...settings };
  const args = ['-D', folder, ...Object.entries(all).flatMap(([key, value]) => ['-c', `${key}=${value}`])];
  const deadline = performance.now() + 60_000;
  for (;;) {
    const server = await startServerProcess({
      command: join(binaries.binDir, 'postgres'),
      args,
      env: environment(binaries.env),
      cwd: folder,
      account,
      onLine: log,
    });
    const outcome = await waitUntilReady(server, deadline - performance.now(), () =>
      isAccepting(folder, server.pid),
    );
    if (outcome === 'ready') return server;
    const output = server.lastOutput();
    await server.stop([{ signal: 'SIGKILL', graceMs: 5_000 }]);
    // After kill -9 the children of the old server need a moment to notice and release its memory.
    const isOldOneGoing = /pre-existing shared memory block/.test(output);
    if (outcome === 'ended' && isOldOneGoing && performance.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, 200));
      continue;
    }
    if (/Address already in use|could not bind/.test(output)) throw portTaken(port);
    throw new StartError(`Postgres did not start (${outcome}):\n${lastLines(output, 15)}`);
  }
}

/** @param {string} folder @param {number} pid @returns {boolean} line 8 of this file is the server's state */
function isAccepting(folder, pid) {
  try {
    const lines = readFileSync(join(folder, 'postmaster.pid'), 'utf8').split('\n');
    return Number(lines[0]) === pid && lines[7]?.trim() === 'ready';
  } catch {
    return false;
  }
}

/** @param {number} port */
const portTaken = (port) =>
  new StartError(`port ${port} on 127.0.0.1 is taken, so Postgres cannot listen there`);
