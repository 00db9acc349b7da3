import { join } from 'node:path';
import { checkNode } from './check-node.mjs';
import { arePackagesInstalled, installPackages } from './install-packages.mjs';
import { step } from './progress.mjs';
import { projectDir } from './project.mjs';
import { runMain } from './start-error.mjs';

/**
 * Runs a program of tools/ from its TypeScript, with the arguments of this process.
 * @param {() => Promise<{ main: (args: string[]) => Promise<number> }>} load imports it
 */
export async function runTool(load) {
  await runMain(async () => {
    checkNode();
    if (!arePackagesInstalled()) await step('install packages (npm ci)', installPackages);
    process.chdir(projectDir);
    const { register } = await import('tsx/esm/api');
    register({ tsconfig: join(projectDir, 'tsconfig.json') });
    const { main } = await load();
    return main(process.argv.slice(2));
  });
}
