import { z } from 'zod';
import { AccountsStore, Database } from '@app/database';
import { ConfigurationError, loadEnv, parsedVar, postgresSettings, postgresVars } from '@app/platform';
import { adminGroupsOf, adminGroupVars } from './env.js';

const schema = z.object({
  ...postgresVars,
  ...adminGroupVars,
  PROCTOR_ADMIN_EMAIL: parsedVar('an e-mail address', (text) =>
    /^[^\s@]+@[^\s@]+$/.test(text) ? text : undefined,
  ).default('admin@localhost'),
});

/**
 * Makes the first account, an admin, and prints one JSON line: `{"created":true,"email":…,"token":…}`, or
 * `{"created":false}` if there is an account already. The token can't be read again. May be repeated.
 */
async function createAdmin(): Promise<string> {
  const env = loadEnv(schema, process.env);
  const email = env.PROCTOR_ADMIN_EMAIL;
  const database = new Database({ ...postgresSettings(env), maxConnections: 2 });
  try {
    const token = await new AccountsStore(database).createFirstAdmin(email, adminGroupsOf(env));
    return JSON.stringify(token === null ? { created: false } : { created: true, email, token });
  } finally {
    await database.close();
  }
}

try {
  process.stdout.write(`${await createAdmin()}\n`);
} catch (error) {
  const text = error instanceof ConfigurationError ? error.message : String(error);
  process.stderr.write(`create-admin: ${text}\n`);
  process.exitCode = 1;
}
