// `npm run db:migrate`: applies prisma/migrations to the database in PROCTOR_POSTGRES_*, and gives the
// services' role its rights.
import { pathToFileURL } from 'node:url';
import { migrate } from './lib/apply-migrations.mjs';
import { loadDotEnv } from './lib/dot-env.mjs';
import { postgresTlsFromEnv } from './lib/postgres-tls.mjs';
import { postgresUrlFromEnv, serviceRoleFromEnv } from './lib/postgres-url.mjs';
import { say, step } from './lib/progress.mjs';
import { runMain } from './lib/start-error.mjs';

export { migrate };

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await runMain(() =>
    step('migrate the database', async (note) => {
      loadDotEnv();
      const applied = await migrate({
        connectionString: postgresUrlFromEnv(process.env),
        tls: postgresTlsFromEnv(process.env),
        service: serviceRoleFromEnv(process.env),
        log: say,
      });
      note(applied.length === 0 ? 'nothing to apply' : `${applied.length} applied`);
    }),
  );
}
