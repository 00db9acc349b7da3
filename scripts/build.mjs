// `npm run build`: generates the database client and compiles all apps and libs into dist/.
import { buildProject } from './lib/build-project.mjs';
import { generateClient } from './lib/generate-client.mjs';
import { step } from './lib/progress.mjs';
import { runMain } from './lib/start-error.mjs';

await runMain(async () => {
  await step('generate the database client', async (note) => note(await generateClient()));
  await step('build', async (note) => note(await buildProject()));
});
