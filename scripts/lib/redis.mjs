import { chmodSync, mkdirSync, readdirSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { ensureRedis } from './find-redis.mjs';
import { freePort, isPortFree } from './free-port.mjs';
import { lastLines } from './run-command.mjs';
import { startServerProcess, waitUntilReady } from './server-process.mjs';
import { StartError } from './start-error.mjs';

/**
 * @typedef {object} RunningRedis
 * @property {string} address `127.0.0.1:port`
 * @property {number} port
 * @property {string} password '' if none
 * @property {string} version
 * @property {'system' | 'unpacked'} how
 * @property {import('./server-process.mjs').ServerProcess} process
 * @property {() => Promise<void>} stop saves its data and stops
 * @property {(signal: NodeJS.Signals) => void} kill
 */

/**
 * Starts a Redis on 127.0.0.1, fetching one first if the machine has none (see `ensureRedis`), and waits until it has
 * loaded its data. Starting it again on the same folder continues with the same data.
 * Throws a `StartError` if none is available or the port is taken.
 * @param {object} options
 * @param {string} options.dir its data
 * @param {number} [options.port] a free one by default
 * @param {boolean} [options.appendonly] keep data across a crash, up to the last second (default true)
 * @param {string} [options.password] none by default
 * @param {readonly string[]} [options.directives] further lines of redis.conf
 * @param {(line: string) => void} [options.log] receives its log and our remarks
 * @returns {Promise<RunningRedis>}
 */
export async function startRedis({
  dir,
  port,
  appendonly = true,
  password = '',
  directives = [],
  log = () => {},
}) {
  const binary = await ensureRedis({ log });
  closeFolder(dir);
  const bound = port ?? (await freePort());
  if (!(await isPortFree(bound))) throw portTaken(bound);
  const server = await startServerProcess({
    command: binary.bin,
    args: ['-'],
    // On standard input, because every user of the machine can read arguments.
    input: [...configuration({ dir, port: bound, appendonly, password }), ...directives, ''].join('\n'),
    env: { PATH: process.env.PATH, TZ: 'UTC', ...binary.env },
    cwd: dir,
    umask: 0o077,
    onLine: log,
  });
  const outcome = await waitUntilReady(server, 60_000, () => answersPing(bound, password));
  if (outcome !== 'ready') {
    const output = server.lastOutput();
    await server.stop([{ signal: 'SIGKILL', graceMs: 5_000 }]);
    if (/Address already in use/.test(output)) throw portTaken(bound);
    throw new StartError(`Redis did not start (${outcome}):\n${lastLines(output, 10)}`);
  }
  return {
    address: `127.0.0.1:${bound}`,
    port: bound,
    password,
    version: binary.version,
    how: binary.how,
    process: server,
    kill: server.kill,
    stop: () =>
      server.stop([
        { signal: 'SIGCONT', graceMs: 0 },
        { signal: 'SIGTERM', graceMs: 15_000 },
        { signal: 'SIGKILL', graceMs: 5_000, group: true },
      ]),
  };
}

/**
 * The queue is in these files. As root procs run as another user, who must not read them, nor those of an earlier version.
 * @param {string} dir
 */
function closeFolder(dir) {
  mkdirSync(dir, { recursive: true });
  chmodSync(dir, 0o700);
  for (const entry of readdirSync(dir, { recursive: true, withFileTypes: true })) {
    const isOurs = entry.isFile() || entry.isDirectory();
    if (isOurs) chmodSync(join(entry.parentPath, entry.name), entry.isDirectory() ? 0o700 : 0o600);
  }
}

/** @param {{ dir: string, port: number, appendonly: boolean, password: string }} options @returns {string[]} lines of redis.conf */
function configuration({ dir, port, appendonly, password }) {
  const quoted = (/** @type {string} */ text) => JSON.stringify(text);
  return [
    'bind 127.0.0.1',
    `port ${port}`,
    `dir ${quoted(dir)}`,
    `appendonly ${appendonly ? 'yes' : 'no'}`,
    'appendfsync everysec',
    'save ""',
    'maxmemory-policy noeviction',
    'daemonize no',
    ...(password ? [`requirepass ${quoted(password)}`] : []),
  ];
}

/** @param {number} port @param {string} password @returns {Promise<boolean>} also false while it loads its data */
function answersPing(port, password) {
  return new Promise((resolve) => {
    const commands = [...(password ? [['AUTH', password]] : []), ['PING']];
    const socket = connect(port, '127.0.0.1', () => socket.write(commands.map(encode).join('')));
    let answer = '';
    socket.setTimeout(2_000, () => socket.destroy());
    socket.on('data', (data) => {
      answer += data.toString('latin1');
      if (answer.split('\r\n').length > commands.length) socket.destroy();
    });
    socket.on('error', () => {});
    socket.on('close', () => resolve(answer.includes('+PONG')));
  });
}

/** @param {string[]} words @returns {string} in the Redis protocol */
function encode(words) {
  return `*${words.length}\r\n${words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join('')}`;
}

/** @param {number} port */
const portTaken = (port) =>
  new StartError(`port ${port} on 127.0.0.1 is taken, so Redis cannot listen there`);
