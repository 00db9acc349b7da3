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

/** What `npm start` has written down, and which of it still runs. */
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

/** Ends what a start that was killed has left running. @returns {Promise<string[]>} the names */
export async function stopLeftovers() {
  const state = readState(stateFile);
  const stopped = await stopRecorded(state.processes);
  writeState(stateFile, { ports: state.ports, processes: [] });
  return stopped;
}

/**
 * Claims this folder for one `npm start` and keeps its state file.
 * Throws a `StartError` when another one runs here.
 * @returns {Promise<{ leftovers: string[], port: (name: string) => number | undefined,
 *   setPort: (name: string, port: number) => void, setReady: () => void, release: () => void,
 *   setProcesses: (processes: import('./state-file.mjs').RecordedProcess[]) => void }>} `leftovers`: what an
 *   earlier start had left running, ended by now
 */
export async function claimStack() {
  proctorFolder();
  const lock = tryLock(lockFile);
  if (!lock) {
    const port = readState(stateFile).ports.gateway;
    throw new StartError(
      `Proctor is already running in this folder (process ${findStarter()?.pid ?? '?'}${port ? `, http://127.0.0.1:${port}` : ''})`,
      'Use it, or end it with `npm run stop`. `npm run status` tells what runs.',
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
