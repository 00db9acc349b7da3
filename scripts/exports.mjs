// `npm run exports`: fails on a name that the index of a lib exports and that nothing outside the lib imports.
import { projectDir } from './lib/project.mjs';
import { red, say } from './lib/progress.mjs';
import { runMain } from './lib/start-error.mjs';
import { findUnusedExports } from './lib/unused-exports.mjs';

await runMain(async () => {
  const unused = findUnusedExports(projectDir);
  for (const { lib, name } of unused)
    say(red(`libs/${lib}/src/index.ts exports ${name}, but nothing outside the lib imports it`));
  return unused.length === 0 ? 0 : 1;
});
