import { INITIAL_STATUS } from '@app/domain';
import type { Database } from '../connection/database.js';

/** Counts for metrics, each read from an index that holds only live executions. */
export class MetricsStore {
  constructor(private readonly database: Database) {}

  /** Live executions of the whole installation. Waiting: no Job has been created for them yet. */
  async countLive(): Promise<{ waiting: number; running: number }> {
    const [row] = await this.database.client.$queryRaw<{ waiting: number; running: number }[]>`
      SELECT count(*) FILTER (WHERE status = ${INITIAL_STATUS})::float8 AS waiting,
        count(*) FILTER (WHERE status <> ${INITIAL_STATUS})::float8 AS running
      FROM execution WHERE ended_at IS NULL`;
    return { waiting: row?.waiting ?? 0, running: row?.running ?? 0 };
  }

  /** Executions that no worker has launched yet, for whatever reason, by user. Counts at most `max`. */
  async countWaiting(max: number): Promise<Map<string, number>> {
    const rows = await this.database.client.$queryRaw<{ user_email: string; n: number }[]>`
      SELECT user_email, count(*)::int AS n FROM (
        SELECT user_email FROM execution WHERE ended_at IS NULL AND status = ${INITIAL_STATUS} LIMIT ${max}) waiting
      GROUP BY user_email`;
    return new Map(rows.map(({ user_email, n }) => [user_email, n]));
  }
}
