import { isDatabaseUnavailable } from '../connection/database-error.js';
import type { Database, Session } from '../connection/database.js';

export interface PruneReport {
  executions: number;
  ticks: number;
  notifications: number;
  /** Log partitions, each of a week. */
  partitions: number;
}

/** The longest time that readers and writers of logs wait while a partition is dropped. */
const LOCK_TIMEOUT_MS = 500;

/**
 * Deletes history that is older than the retention time. Each method takes one bounded step and returns how much it
 * deleted; all may be repeated, and run by several processes at once. The audit trail is never pruned.
 */
export class RetentionStore {
  constructor(private readonly database: Database) {}

  /** Deletes executions that ended this long ago, with their attempts. Live ones stay, however old. */
  async deleteExecutions(olderThanDays: number, max: number): Promise<number> {
    return this.database.transaction(async (session) => {
      // Ids are ordered by time, so the primary key leads to the oldest.
      const rows = await session.$queryRaw<{ id: bigint }[]>`
        SELECT id FROM execution
        WHERE id < first_execution_id_at(${cutoff(olderThanDays)}::timestamptz)
          AND ended_at < ${cutoff(olderThanDays)}::timestamptz
        ORDER BY id LIMIT ${max} FOR UPDATE SKIP LOCKED`;
      const ids = rows.map(({ id }) => id);
      if (ids.length === 0) return 0;
      await session.$executeRaw`DELETE FROM execution_attempt WHERE execution_id = ANY(${ids}::bigint[])`;
      // Rows outside of any partition; the other rows are dropped with their partition.
      await session.$executeRaw`DELETE FROM execution_log_default WHERE execution_id = ANY(${ids}::bigint[])`;
      return session.$executeRaw`DELETE FROM execution WHERE id = ANY(${ids}::bigint[])`;
    });
  }

  async deleteTicks(olderThanDays: number, max: number): Promise<number> {
    return this.database.client.$executeRaw`
      DELETE FROM schedule_tick WHERE (schedule_id, fire_at) IN (
        SELECT schedule_id, fire_at FROM schedule_tick WHERE decided_at < ${cutoff(olderThanDays)}::timestamptz
        ORDER BY decided_at LIMIT ${max} FOR UPDATE SKIP LOCKED)`;
  }

  /** Deletes notifications with their deliveries. */
  async deleteNotifications(olderThanDays: number, max: number): Promise<number> {
    // The oldest by id: ids are ordered by time, on which there is no index.
    return this.database.client.$executeRaw`
      DELETE FROM notification WHERE id IN (
        SELECT id FROM (SELECT id, created_at FROM notification ORDER BY id LIMIT ${max}) oldest
        WHERE created_at < ${cutoff(olderThanDays)}::timestamptz)`;
  }

  async deleteSignIns(olderThanDays: number): Promise<number> {
    return this.database.client.$executeRaw`
      DELETE FROM sign_in WHERE seen_at < ${cutoff(olderThanDays)}::timestamptz`;
  }

  /**
   * Deletes texts of files that no revision of a proc and no live execution has had for this long. The wait is for requests that have read
   * a proc and are about to accept its execution.
   */
  async deleteFiles(unusedForMs: number): Promise<number> {
    return this.database.client.$executeRaw`
      WITH used AS MATERIALIZED (
        SELECT file->>'digest' AS digest FROM proc, jsonb_array_elements(pod->'files') file
        UNION
        SELECT file->>'digest' FROM proc_revision, jsonb_array_elements(definition->'pod'->'files') file
        UNION
        SELECT file->>'digest' FROM execution, jsonb_array_elements(snapshot->'pod'->'files') file
        WHERE ended_at IS NULL
      ), marked AS (
        UPDATE file_text SET unused_since = CASE WHEN unused_since IS NULL THEN now() END
        WHERE (unused_since IS NULL) <> (digest IN (SELECT digest FROM used))
      )
      DELETE FROM file_text
      WHERE unused_since < now() - ${unusedForMs}::int * interval '1 ms' AND digest NOT IN (SELECT digest FROM used)`;
  }

  /**
   * Drops one partition of the log that is older than this and whose executions have all been deleted. Null: there is
   * none, or it is being read right now and a later call drops it.
   * @returns its name
   */
  async dropLogPartition(olderThanDays: number): Promise<string | null> {
    try {
      return await this.database.transaction(async (session) => {
        await session.$executeRawUnsafe(`SET LOCAL lock_timeout = ${LOCK_TIMEOUT_MS}`);
        if (!(await takesTurn(session))) return null;
        // The services own no tables: this function of the owner drops partitions that are past, and nothing else.
        const [row] = await session.$queryRaw<{ name: string | null }[]>`
          SELECT drop_log_partition(${olderThanDays}::int) AS name`;
        return row?.name ?? null;
      });
    } catch (error) {
      if (isDatabaseUnavailable(error)) return null;
      throw error;
    }
  }
}

function cutoff(olderThanDays: number): string {
  return new Date(Date.now() - olderThanDays * 86_400_000).toISOString();
}

/** Only one process drops partitions at a time. */
async function takesTurn(session: Session): Promise<boolean> {
  const [row] = await session.$queryRaw<{ is_mine: boolean }[]>`
    SELECT pg_try_advisory_xact_lock(hashtext('proctor.retention')) AS is_mine`;
  return row?.is_mine ?? false;
}
