import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { isRunning, signalProcess, waitForEnd } from './process-identity.mjs';

/**
 * What we started, written down so that `npm run stop`, `npm run status` and the next start find exactly it.
 * @typedef {import('./process-identity.mjs').ProcessIdentity & { name: string, port?: number, logFile?: string,
 *   restarts?: number }} RecordedProcess
 * @typedef {object} State
 * @property {import('./process-identity.mjs').ProcessIdentity} [starter] the `npm start` that looks after them
 * @property {boolean} [ready]
 * @property {Record<string, number>} ports by name; tried again at the next start
 * @property {RecordedProcess[]} processes in the order in which they were started
 */

/** @param {string} file @returns {State} empty when there is none, or half a one */
export function readState(file) {
  try {
    if (existsSync(file)) return { ports: {}, processes: [], ...JSON.parse(readFileSync(file, 'utf8')) };
  } catch {
    // Cannot be parsed: written by something else. Nothing in it may be trusted with a signal.
  }
  return { ports: {}, processes: [] };
}

/** @param {string} file @param {State} state replaces it whole: a reader never sees half of it */
export function writeState(file, state) {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.new`, `${JSON.stringify(state, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

/**
 * Ends processes of an earlier start whose starter is gone, the last started first. A process that only has the id of
 * one of them is left alone.
 * @param {readonly RecordedProcess[]} processes @returns {Promise<string[]>} names of those that were still running
 */
export async function stopRecorded(processes) {
  const stopped = [];
  for (const recorded of [...processes].reverse()) {
    if (!isRunning(recorded)) continue;
    stopped.push(recorded.name);
    signalProcess(recorded, 'SIGCONT');
    // Postgres waits for its clients to leave on SIGTERM, and puts them out on SIGINT.
    signalProcess(recorded, recorded.name === 'postgres' ? 'SIGINT' : 'SIGTERM');
    if (await waitForEnd(recorded, 15_000)) continue;
    signalProcess(recorded, 'SIGKILL', { group: true });
    await waitForEnd(recorded, 5_000);
  }
  return stopped;
}
