// `npm run fuzz`: sends right, wrong and hostile requests to every route. See `npm run fuzz -- --help`.
import { join } from 'node:path';
import { checkNode } from './lib/check-node.mjs';
import { arePackagesInstalled, installPackages } from './lib/install-packages.mjs';
import { step } from './lib/progress.mjs';
import { projectDir } from './lib/project.mjs';
import { runMain } from './lib/start-error.mjs';

await runMain(async () => {
  checkNode();
  if (!arePackagesInstalled()) await step('install packages (npm ci)', installPackages);
  process.chdir(projectDir);
  const { register } = await import('tsx/esm/api');
  register({ tsconfig: join(projectDir, 'tsconfig.json') });
  const { main } = await import('../tools/fuzz/main.ts');
  return main(process.argv.slice(2));
});
