import { z } from 'zod';
import { AccountsStore, AuditStore, Database, TokensStore, type AuditEntry } from '@app/database';
import { AppError } from '@app/domain';
import {
  adminGroupsOf,
  adminGroupVars,
  ConfigurationError,
  loadEnv,
  parsedVar,
  postgresSettings,
  postgresVars,
} from '@app/platform';
import { giveAdminToken, OPERATOR } from './accounts/give-admin-token.js';

const schema = z.object({
  ...postgresVars,
  ...adminGroupVars,
  PROCTOR_ADMIN_EMAIL: parsedVar('an e-mail address', (text) =>
    /^[^\s@]+@[^\s@]+$/.test(text) ? text : undefined,
  ).default('admin@localhost'),
});

const NEW_TOKEN = '--new-token';

type Outcome = { created: true; email: string; token: string } | { created: false };

/**
 * Prints one JSON line: `{"created":true,"email":…,"token":…}`; the token can't be read again.
 * - Without an argument: makes the first account, an admin; `{"created":false}` if there is an account already.
 * - `--new-token`: makes a token for an admin that is there, for whoever can reach the database but lost all tokens.
 *
 * May be repeated. On record with the actor `operator`.
 */
async function run(args: readonly string[]): Promise<Outcome> {
  const isNewToken = args.length === 1 && args[0] === NEW_TOKEN;
  if (!isNewToken && args.length > 0) {
    throw new Error(`expected no argument or ${NEW_TOKEN}, got ${JSON.stringify(args.join(' '))}`);
  }
  const env = loadEnv(schema, process.env);
  const email = env.PROCTOR_ADMIN_EMAIL;
  const adminGroups = adminGroupsOf(env);
  const database = new Database({ ...postgresSettings(env), maxConnections: 2 });
  const [accounts, audit] = [new AccountsStore(database), new AuditStore(database)];
  try {
    if (isNewToken) {
      const stores = { accounts, audit, tokens: new TokensStore(database) };
      return { created: true, email, token: await giveAdminToken(email, adminGroups, stores) };
    }
    const token = await accounts.createFirstAdmin(email, adminGroups);
    if (token === null) return { created: false };
    await noteFirstAdmin(audit, { email, adminGroups });
    return { created: true, email, token };
  } finally {
    await database.close();
  }
}

/** The account is there by now: without its token nobody could get in. */
async function noteFirstAdmin(
  audit: AuditStore,
  { email, adminGroups }: { email: string; adminGroups: readonly string[] },
): Promise<void> {
  const details = { groups: JSON.stringify(adminGroups) };
  const entry: AuditEntry = {
    ...{ actor: OPERATOR, action: 'createUser', subject: email, allowed: true, address: null, details },
  };
  await audit
    .append(entry)
    .catch((error: unknown) => tell(`not written to the audit trail: ${String(error)}`));
}

function tell(text: string): void {
  process.stderr.write(`create-admin: ${text}\n`);
}

function describe(error: unknown): string {
  if (error instanceof AppError) return [error.message, error.hint].filter(Boolean).join(' ');
  return error instanceof ConfigurationError ? error.message : String(error);
}

try {
  process.stdout.write(`${JSON.stringify(await run(process.argv.slice(2)))}\n`);
} catch (error) {
  tell(describe(error));
  process.exitCode = 1;
}
