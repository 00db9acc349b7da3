import type { Database } from '../connection/database.js';
import type { Lease } from './lease.js';

export interface RefusalRecord {
  waitsUntil: Date;
  /** The limit has passed. */
  isOver: boolean;
}

/**
 * For how long Kubernetes has refused executions that their worker tries to start. A refused write means that another
 * worker has claimed the execution since.
 */
export class RefusalsStore {
  constructor(private readonly database: Database) {}

  /**
   * Records that Kubernetes has just refused the Job or its pods, without a change of status. Adds the time since the last
   * refusal, or `maxGapMs` if that is shorter: meanwhile there was no answer, or no worker. Null: fenced.
   */
  async recordRefusal(
    { executionId, epoch }: Lease,
    { reason, limitMs, maxGapMs }: { reason: string; limitMs: number; maxGapMs: number },
  ): Promise<RefusalRecord | null> {
    const [row] = await this.database.client.$queryRaw<{ waits_until: Date; is_over: boolean }[]>`
      UPDATE execution e SET
        reason = ${reason}, refused_at = now(), refused_ms = g.ms, updated_at = now(),
        waits_until = now() + (${limitMs} - g.ms) * interval '1 ms',
        claims_without_progress =
          CASE WHEN e.reason IS DISTINCT FROM ${reason} THEN 0 ELSE e.claims_without_progress END
      FROM (
        SELECT id, refused_ms + CASE WHEN refused_at IS NULL THEN 0
          ELSE least(extract(epoch FROM now() - refused_at) * 1000, ${maxGapMs}::int)::int END AS ms
        FROM execution WHERE id = ${executionId}
      ) g
      WHERE e.id = g.id AND e.lease_epoch = ${epoch} AND e.ended_at IS NULL
      RETURNING e.waits_until, e.refused_ms >= ${limitMs} AS is_over`;
    return row ? { waitsUntil: row.waits_until, isOver: row.is_over } : null;
  }

  /** Notes why an execution waits where no limit runs: Kubernetes does not answer. Keeps its refusals. False: fenced. */
  async noteOutage({ executionId, epoch }: Lease, reason: string): Promise<boolean> {
    const rows = await this.database.client.$queryRaw<unknown[]>`
      UPDATE execution SET reason = ${reason}, waits_until = NULL, updated_at = now()
      WHERE id = ${executionId} AND lease_epoch = ${epoch} AND ended_at IS NULL
      RETURNING 1`;
    return rows.length > 0;
  }
}
