import type { Database } from '../connection/database.js';
import { admitWaiting } from './admission/admit-next.js';

/** Finds executions for the sweep: those that should be queued or admitted and are not. */
export class StuckExecutionsStore {
  constructor(private readonly database: Database) {}

  /** Admitted executions that were accepted some seconds ago and never marked as enqueued. Oldest first. */
  async listNotEnqueued(olderThanSeconds: number, max: number): Promise<number[]> {
    return ids(
      await this.database.client.$queryRaw<IdRow[]>`
        SELECT id FROM execution
        WHERE ended_at IS NULL AND waiting_for IS NULL AND enqueued_at IS NULL
          AND created_at < now() - make_interval(secs => ${olderThanSeconds}::float8)
        ORDER BY id LIMIT ${max}`,
    );
  }

  /** Executions whose worker has missed its heartbeats or is gone. */
  async listOfSilentWorkers(silentSeconds: number, max: number): Promise<number[]> {
    return ids(
      await this.database.client.$queryRaw<IdRow[]>`
        SELECT e.id FROM execution e LEFT JOIN worker w ON w.id = e.worker_id
        WHERE e.ended_at IS NULL AND e.waiting_for IS NULL AND e.worker_id IS NOT NULL
          AND (w.id IS NULL OR w.seen_at < now() - make_interval(secs => ${silentSeconds}::float8))
        ORDER BY e.id LIMIT ${max}`,
    );
  }

  /** A page of all executions that should be in the queue: ids after `afterId`. */
  async listAdmitted(afterId: number, max: number): Promise<number[]> {
    return ids(
      await this.database.client.$queryRaw<IdRow[]>`
        SELECT id FROM execution WHERE ended_at IS NULL AND waiting_for IS NULL AND id > ${afterId}
        ORDER BY id LIMIT ${max}`,
    );
  }

  /** Marks these as enqueued, `agoMs` ago. */
  async markEnqueued(executionIds: readonly number[], agoMs = 0): Promise<void> {
    await this.database.client.$executeRaw`
      UPDATE execution SET enqueued_at = now() - make_interval(secs => ${agoMs / 1000}::float8)
      WHERE id = ANY(${executionIds.map(BigInt)}::bigint[]) AND ended_at IS NULL AND enqueued_at IS NULL`;
  }

  /** Admits executions that wait although there is room: a limit was raised, or a process died between two steps. */
  async admitWaiting(userShare: number): Promise<number[]> {
    return admitWaiting(this.database, { userShare });
  }

  /** Deletes expired Idempotency-Keys, the oldest first. @returns how many */
  async deleteIdempotencyKeys(olderThanHours: number, max: number): Promise<number> {
    return this.database.client.$executeRaw`
      DELETE FROM idempotency_key WHERE (identity, route, key) IN (
        SELECT identity, route, key FROM idempotency_key
        WHERE created_at < now() - make_interval(hours => ${olderThanHours}::int)
        ORDER BY created_at LIMIT ${max} FOR UPDATE SKIP LOCKED)`;
  }
}

type IdRow = { id: bigint };

function ids(rows: readonly IdRow[]): number[] {
  return rows.map((row) => Number(row.id));
}
