import { buildProject } from './build-project.mjs';
import { generateClient } from './generate-client.mjs';
import { arePackagesInstalled, installPackages } from './install-packages.mjs';
import { withLock } from './file-lock.mjs';
import { step } from './progress.mjs';
import { proctorFolder } from './project.mjs';
import { join } from 'node:path';

/** From a bare clone to something that can run: packages, database client, build. Each only where it is needed. */
export async function prepareProject() {
  await withLock(join(proctorFolder(), 'install.lock'), async () => {
    if (!arePackagesInstalled()) await step('install packages (npm ci)', installPackages);
  });
  await step('generate the database client', async (note) => note(await generateClient()));
  await step('build', async (note) => note(await buildProject()));
}
