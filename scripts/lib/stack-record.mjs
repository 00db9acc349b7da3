import { join } from 'node:path';
import { lockHolder, tryLock } from './file-lock.mjs';
import { identify, isRunning } from './process-identity.mjs';
import { proctorDir, proctorFolder } from './project.mjs';
import { StartError } from './start-error.mjs';
import { readState, stopRecorded, writeState } from './state-file.mjs';

const stateFile = join(proctorDir, 'state.json');
const lockFile = join(proctorDir, 'start.lock');

/** @returns {import('./process-identity.mjs').ProcessIdentity | undefined} the `npm start` that runs in this folder */
export const findStarter = () => lockHolder(lockFile);

/** Reads what `npm start` recorded, and which of it still runs. */
export function readStack() {
  const state = readState(stateFile);
  const starter = findStarter();
  return {
    starter,
    ready: starter !== undefined && state.starter?.pid === starter.pid && state.ready === true,
    ports: state.ports,
    processes: state.processes.map((recorded) => ({ ...recorded, running: isRunning(recorded) })),
  };
}

/** Stops processes that a killed start left running. @returns {Promise<string[]>} their names */
export async function stopLeftovers() {
  const state = readState(stateFile);
  const stopped = await stopRecorded(state.processes);
  writeState(stateFile, { ports: state.ports, processes: [] });
  return stopped;
}

/**
 * Claims this folder for one `npm start` and maintains its state file.
 * Throws a `StartError` if another one runs here.
 * @returns {Promise<{ leftovers: string[], port: (name: string) => number | undefined,
 *   setPort: (name: string, port: number) => void, setReady: () => void, release: () => void,
 *   setProcesses: (processes: import('./state-file.mjs').RecordedProcess[]) => void }>} `leftovers`: processes
 *   that an earlier start left running, now stopped
 */
export async function claimStack() {
  proctorFolder();
  const lock = tryLock(lockFile);
  if (!lock) {
    const port = readState(stateFile).ports.gateway;
    throw new StartError(
      `Proctor is already running in this folder (process ${findStarter()?.pid ?? '?'}${port ? `, http://127.0.0.1:${port}` : ''})`,
      'Use it, or stop it with `npm run stop`. `npm run status` shows what is running.',
    );
  }
  const leftovers = await stopLeftovers();
  /** @type {import('./state-file.mjs').State} */
  const state = {
    starter: identify(process.pid),
    ready: false,
    ports: readState(stateFile).ports,
    processes: [],
  };
  const save = () => writeState(stateFile, state);
  save();
  return {
    leftovers,
    port: (name) => state.ports[name],
    setPort(name, port) {
      state.ports[name] = port;
      save();
    },
    setReady() {
      state.ready = true;
      save();
    },
    setProcesses(processes) {
      state.processes = processes;
      save();
    },
    release() {
      writeState(stateFile, { ports: state.ports, processes: [] });
      lock.release();
    },
  };
}
