import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { isRunning } from './process-identity.mjs';
import { proctorFolder } from './project.mjs';
import { readState, stopRecorded } from './state-file.mjs';

/**
 * Stops the processes of runs that were killed, and removes the runs' folders.
 * @param {RegExp} folderName which folders in .proctor belong to such runs
 * @param {(folder: string) => void} cleanUp what to do before a folder is removed
 */
export async function removeAbandoned(folderName, cleanUp) {
  for (const name of readdirSync(proctorFolder())) {
    if (!folderName.test(name)) continue;
    const folder = proctorFolder(name);
    const { starter, processes } = readState(join(folder, 'state.json'));
    if (isRunning(starter)) continue;
    await stopRecorded(processes);
    cleanUp(folder);
    rmSync(folder, { recursive: true, force: true });
  }
}
