// `npm run generate`: the Prisma client in libs/database, from prisma/schema.prisma.
import { generateClient } from './lib/generate-client.mjs';
import { step } from './lib/progress.mjs';
import { runMain } from './lib/start-error.mjs';

await runMain(async () => {
  await step('generate the database client', async (note) => note(await generateClient()));
});
