import { randomBytes } from 'node:crypto';
import type { PodSecurityLevel } from '@app/domain';
import { retry } from '@app/timing';
import { isDatabaseUnavailable } from './database-error.js';
import type { Database } from './database.js';

const WAIT_MS = 1_000;

/**
 * The id that labels every Job of this installation. It belongs to one database: a dump that is restored elsewhere
 * finds another system identifier or database oid and gets a new id, so that it never adopts or deletes Jobs of the
 * original. Safe to call from several processes at once.
 */
export async function readInstallationId(database: Database): Promise<string> {
  const fresh = randomBytes(4).toString('hex');
  const [row] = await database.client.$queryRaw<{ id: string }[]>`
    WITH here AS (
      SELECT system_identifier::text || '/' || (SELECT oid FROM pg_database WHERE datname = current_database()) AS identity
      FROM pg_control_system()
    )
    INSERT INTO installation AS known (id, database_identity)
    SELECT ${fresh}, identity FROM here
    ON CONFLICT (singleton) DO UPDATE SET
      id = CASE WHEN known.database_identity = excluded.database_identity THEN known.id ELSE excluded.id END,
      database_identity = excluded.database_identity
    RETURNING id`;
  if (!row) throw new Error('the installation row could not be read');
  return row.id;
}

/**
 * Reads the installation id when a process starts: waits while Postgres is down or not migrated yet. Throws the
 * signal's reason when it aborts.
 */
export async function waitForInstallation(
  database: Database,
  signal: AbortSignal,
  onWait: (error: Error) => void,
): Promise<string> {
  return await whenMigrated(() => readInstallationId(database), signal, onWait);
}

/**
 * The level of Pod Security for an installation whose settings name none: `baseline` if it is older than the levels, whose
 * procs may need root, else `restricted`. Waits and throws as `waitForInstallation` does; call that first.
 */
export async function waitForPodSecurity(
  database: Database,
  signal: AbortSignal,
  onWait: (error: Error) => void,
): Promise<PodSecurityLevel> {
  const read = async () => {
    const [row] = await database.client.$queryRaw<{ level: PodSecurityLevel }[]>`
      SELECT pod_security AS level FROM installation`;
    if (!row) throw new Error('the installation row could not be read');
    return row.level;
  };
  return await whenMigrated(read, signal, onWait);
}

async function whenMigrated<T>(
  read: () => Promise<T>,
  signal: AbortSignal,
  onWait: (error: Error) => void,
): Promise<T> {
  return await retry(read, {
    isTransient: (error) => isDatabaseUnavailable(error) || isNotMigrated(error),
    delayMs: () => WAIT_MS,
    signal,
    onRetry: (error) => onWait(error as Error),
  });
}

/** SQLSTATE 42P01, undefined_table, and 42703, undefined_column. */
function isNotMigrated(error: unknown): boolean {
  return error instanceof Error && /42P01|42703|relation "installation" does not exist/.test(error.message);
}
