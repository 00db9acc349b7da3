import { randomBytes } from 'node:crypto';
import type { Database } from './database.js';

/**
 * The id that labels every Job of this installation. It belongs to one database: a dump that is restored elsewhere
 * meets another system identifier or database oid and gets an id of its own, so that it never adopts or deletes what
 * the original runs. Safe to call from several processes at once.
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
