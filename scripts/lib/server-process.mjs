import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { identify } from './process-identity.mjs';

/**
 * @typedef {object} ServerProcess
 * @property {number} pid
 * @property {import('./process-identity.mjs').ProcessIdentity} identity
 * @property {Promise<{ code: number | null, signal: NodeJS.Signals | null }>} exited settles when it has ended
 * @property {() => boolean} isAlive
 * @property {(signal: NodeJS.Signals) => void} kill signals only this process; does nothing after it ended
 * @property {(steps: readonly StopStep[]) => Promise<void>} stop sends each signal in turn until it has ended
 * @property {() => string} lastOutput its last lines, to explain why it ended
 *
 * @typedef {{ signal: NodeJS.Signals, graceMs: number, group?: boolean }} StopStep `group`: also signals its descendants
 */

const keptLines = 30;

/**
 * Starts a long-running program in its own process group, so that Ctrl-C in the terminal reaches only us and we stop
 * programs in order. Throws if it cannot be started.
 * @param {object} options
 * @param {string} options.command
 * @param {readonly string[]} [options.args]
 * @param {NodeJS.ProcessEnv} options.env its complete environment
 * @param {string} [options.cwd]
 * @param {{ uid?: number, gid?: number }} [options.account] run as another user (only as root)
 * @param {number} [options.umask] which rights the files that it creates do not have; ours by default
 * @param {string} [options.input] sent to its standard input, which is then closed
 * @param {(line: string) => void} [options.onLine] receives each line of standard output and error
 * @returns {Promise<ServerProcess>}
 */
export async function startServerProcess({
  command,
  args = [],
  env,
  cwd,
  account = {},
  umask,
  input,
  onLine = () => {},
}) {
  // A child inherits the umask, and `spawn` creates it before it returns.
  const ours = umask === undefined ? undefined : process.umask(umask);
  const child = spawn(command, args, {
    env,
    cwd,
    ...account,
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  if (ours !== undefined) process.umask(ours);
  await new Promise((resolve, reject) => child.once('spawn', resolve).once('error', reject));
  child.on('error', () => {}); // a failed kill; `exited` reports the end
  child.stdin.on('error', () => {}); // it ended before it read its input
  child.stdin.end(input ?? '');

  /** @type {string[]} */
  const kept = [];
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream, crlfDelay: Infinity }).on('line', (line) => {
      kept.push(line);
      if (kept.length > keptLines) kept.shift();
      onLine(line);
    });
  }
  const pid = /** @type {number} */ (child.pid);
  let alive = true;
  const exited = new Promise((resolve) =>
    child.once('exit', (code, signal) => {
      alive = false;
      resolve({ code, signal });
    }),
  );
  // While `alive` is true Node.js has not reaped it, so no other process can have its id.
  const send = (/** @type {NodeJS.Signals} */ signal, group = false) => {
    if (!alive) return;
    try {
      process.kill(group ? -pid : pid, signal);
    } catch {
      // it ended just now
    }
  };
  return {
    pid,
    identity: identify(pid) ?? { pid, startStamp: 'ended' },
    exited: /** @type {ServerProcess['exited']} */ (exited),
    isAlive: () => alive,
    kill: (signal) => send(signal),
    async stop(steps) {
      for (const { signal, graceMs, group } of steps) {
        if (!alive) return;
        send(signal, group);
        await Promise.race([exited, new Promise((resolve) => setTimeout(resolve, graceMs).unref())]);
      }
    },
    lastOutput: () => kept.join('\n'),
  };
}

/**
 * Polls until `isReady` returns true.
 * @param {ServerProcess} server @param {number} timeoutMs @param {() => Promise<boolean> | boolean} isReady
 * @returns {Promise<'ready' | 'ended' | 'timeout'>}
 */
export async function waitUntilReady(server, timeoutMs, isReady) {
  const deadline = performance.now() + timeoutMs;
  while (performance.now() < deadline) {
    if (!server.isAlive()) return 'ended';
    if (await isReady()) return 'ready';
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return 'timeout';
}
