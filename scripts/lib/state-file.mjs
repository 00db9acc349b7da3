import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { isRunning, signalProcess, waitForEnd } from './process-identity.mjs';

/**
 * A process that we started, recorded so that `npm run stop`, `npm run status` and the next start find exactly it.
 * @typedef {import('./process-identity.mjs').ProcessIdentity & { name: string, port?: number, logFile?: string,
 *   restarts?: number }} RecordedProcess
 * @typedef {object} State
 * @property {import('./process-identity.mjs').ProcessIdentity} [starter] the `npm start` that keeps them running
 * @property {boolean} [ready]
 * @property {Record<string, number>} ports by name; the next start tries to use them again
 * @property {RecordedProcess[]} processes in order of their start
 */

/** @param {string} file @returns {State} empty if missing or damaged */
export function readState(file) {
  try {
    if (existsSync(file)) return { ports: {}, processes: [], ...JSON.parse(readFileSync(file, 'utf8')) };
  } catch {
    // Not written by us: signalling a process on its word would be unsafe.
  }
  return { ports: {}, processes: [] };
}

/** @param {string} file @param {State} state replaced atomically: a reader never sees a partial file */
export function writeState(file, state) {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.new`, `${JSON.stringify(state, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

/**
 * Stops processes of an earlier start whose starter is gone, the last started first. A process that was given the id of
 * one of them later is not touched.
 * @param {readonly RecordedProcess[]} processes @returns {Promise<string[]>} names of those that were still running
 */
export async function stopRecorded(processes) {
  const stopped = [];
  for (const recorded of [...processes].reverse()) {
    if (!isRunning(recorded)) continue;
    stopped.push(recorded.name);
    signalProcess(recorded, 'SIGCONT');
    // On SIGTERM Postgres waits for its clients to disconnect, on SIGINT it disconnects them.
    signalProcess(recorded, recorded.name === 'postgres' ? 'SIGINT' : 'SIGTERM');
    if (await waitForEnd(recorded, 15_000)) continue;
    signalProcess(recorded, 'SIGKILL', { group: true });
    await waitForEnd(recorded, 5_000);
  }
  return stopped;
}
