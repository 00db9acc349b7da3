// `npm run docs`: writes the generated parts of the documents; `npm run docs:check`: checks them, and all links.
import { join } from 'node:path';
import { checkNode } from './lib/check-node.mjs';
import { arePackagesInstalled, installPackages } from './lib/install-packages.mjs';
import { say, step } from './lib/progress.mjs';
import { projectDir } from './lib/project.mjs';
import { runMain } from './lib/start-error.mjs';

await runMain(async () => {
  checkNode();
  if (!arePackagesInstalled()) await step('install packages (npm ci)', installPackages);
  const { register } = await import('tsx/esm/api');
  register({ tsconfig: join(projectDir, 'tsconfig.json') });
  const { main } = await import('../tools/docs/main.ts');
  return main(process.argv.slice(2), say);
});
