import * as z from 'zod';
import {
  AccountsStore,
  AuditStore,
  checkMigrated,
  Database,
  NotMigratedError,
  TokensStore,
  type AuditEntry,
} from '@app/database';
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
import { createAdminToken, OPERATOR } from './accounts/create-admin-token.js';
import { tokenExpiry, tokenLifetimeVars } from './accounts/token-lifetime.js';

const schema = z.object({
  ...postgresVars,
  ...adminGroupVars,
  PROCTOR_TOKEN_MAX_DAYS: tokenLifetimeVars.PROCTOR_TOKEN_MAX_DAYS,
  PROCTOR_ADMIN_EMAIL: parsedVar('an email address', (text) =>
    /^[^\s@]+@[^\s@]+$/.test(text) ? text : undefined,
  ).default('admin@localhost'),
});

const NEW_TOKEN = '--new-token';

type Outcome = { created: true; email: string; token: string } | { created: false };

/**
 * Prints one JSON line: `{"created":true,"email":…,"token":…}`; the token can't be read again.
 * - Without an argument: creates the first account, an admin; `{"created":false}` if any account exists.
 * - `--new-token`: creates a token for an existing admin, for operators who can reach the database but lost every token.
 *
 * May be repeated. Audited with the actor `operator`.
 */
async function run(args: readonly string[]): Promise<Outcome> {
  const isNewToken = args.length === 1 && args[0] === NEW_TOKEN;
  if (!isNewToken && args.length > 0) {
    throw new Error(`Unknown arguments ${JSON.stringify(args.join(' '))}. Use no argument or ${NEW_TOKEN}.`);
  }
  const env = loadEnv(schema, process.env);
  const email = env.PROCTOR_ADMIN_EMAIL;
  const adminGroups = adminGroupsOf(env);
  const maxDays = env.PROCTOR_TOKEN_MAX_DAYS ?? null;
  const expiresAt = tokenExpiry(undefined, { defaultDays: null, maxDays }, Date.now());
  const database = new Database({ ...postgresSettings(env), maxConnections: 2 });
  const [accounts, audit] = [new AccountsStore(database), new AuditStore(database)];
  try {
    await checkMigrated(database);
    if (isNewToken) {
      const stores = { accounts, audit, tokens: new TokensStore(database) };
      return { created: true, ...(await createAdminToken(email, adminGroups, expiresAt, stores)) };
    }
    const token = await accounts.createFirstAdmin(email, adminGroups, expiresAt);
    if (token === null) return { created: false };
    await noteFirstAdmin(audit, { email, adminGroups });
    return { created: true, email, token };
  } finally {
    await database.close();
  }
}

/** Never throws: the account exists by now, and its token has to be printed. */
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
    .catch((error: unknown) => printError(`could not write to the audit trail: ${String(error)}`));
}

function printError(text: string): void {
  process.stderr.write(`create-admin: ${text}\n`);
}

function describe(error: unknown): string {
  if (error instanceof AppError) return [error.message, error.hint].filter(Boolean).join(' ');
  const isPlain = error instanceof ConfigurationError || error instanceof NotMigratedError;
  return isPlain ? error.message : String(error);
}

try {
  process.stdout.write(`${JSON.stringify(await run(process.argv.slice(2)))}\n`);
} catch (error) {
  printError(describe(error));
  process.exitCode = 1;
}
