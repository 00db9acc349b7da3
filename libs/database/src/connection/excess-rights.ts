import type { Database } from './database.js';

/**
 * Warns if the role of this process may do more than the services need, such as change the audit trail: it is a superuser, or
 * owns the tables. Installations that are older than the two roles keep working like that.
 */
export async function warnOfExcessRights(database: Database, warn: (what: string) => void): Promise<void> {
  const rows = await database.client.$queryRaw<{ role: string; excess: string }[]>`
    SELECT current_user::text AS role, excess FROM excess_rights(current_user::text)`;
  const [first] = rows;
  if (!first) return;
  const what = rows.map(({ excess }) => `it ${excess}`).join('; ');
  warn(
    `The Postgres role ${first.role} may do more than the services need: ${what}. ` +
      'Give the services a role of their own: "Database roles" in docs/operations.md says how.',
  );
}
