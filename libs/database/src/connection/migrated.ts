import type { Database } from './database.js';

/** The newest folder of prisma/migrations: without it this version would run half. A spec compares the two. */
export const LATEST_MIGRATION = '20261201040000_proc_revisions';

const COMMAND = 'npm run db:migrate';

/** The database lacks tables or columns that this version needs. */
export class NotMigratedError extends Error {
  constructor(cause?: unknown) {
    super(`The database is not migrated: ${LATEST_MIGRATION} is missing. Run \`${COMMAND}\`.`, { cause });
  }
}

/** Throws `NotMigratedError` unless the newest migration is applied. */
export async function checkMigrated(database: Database): Promise<void> {
  const rows = await database.client.$queryRaw<unknown[]>`
    SELECT 1 FROM _prisma_migrations
    WHERE migration_name = ${LATEST_MIGRATION} AND finished_at IS NOT NULL AND rolled_back_at IS NULL`.catch(
    (error: unknown) => {
      throw isMissingObject(error) ? new NotMigratedError(error) : error;
    },
  );
  if (rows.length === 0) throw new NotMigratedError();
}

/** SQLSTATE 42P01, undefined_table. */
function isMissingObject(error: unknown): boolean {
  return error instanceof Error && error.message.includes('42P01');
}
