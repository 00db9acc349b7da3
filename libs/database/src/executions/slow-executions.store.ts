import { SUCCESS_STATUS } from '@app/domain';
import type { Database } from '../connection/database.js';

/** How many past runs of a proc define its usual duration, and how many are needed at least. */
const LAST_RUNS = 20;
const MIN_RUNS = 5;
/** A shorter run is never slow, however fast the proc usually is. */
const MIN_SECONDS = 60;

/** Finds executions that run longer than usual for their proc. */
export class SlowExecutionsStore {
  constructor(private readonly database: Database) {}

  /**
   * Records one `slow` event for each execution that has run for more than twice the median of its proc's last
   * successes. May be repeated, and run by several processes at once. @returns how many events were recorded
   */
  async recordSlow(): Promise<number> {
    // Uses the index of live executions: an index on the start time would make every start touch all indexes.
    return this.database.client.$executeRaw`
      WITH running AS (
        SELECT e.id, e.proc_name, extract(epoch FROM now() - e.started_at)::float8 AS seconds FROM execution e
        WHERE e.ended_at IS NULL AND e.started_at < now() - make_interval(secs => ${MIN_SECONDS}::float8)
          AND NOT EXISTS (SELECT 1 FROM notification n WHERE n.execution_id = e.id AND n.event = 'slow')
      ), usual AS (
        SELECT p.proc_name, s.median FROM (SELECT DISTINCT proc_name FROM running) p
        CROSS JOIN LATERAL (
          SELECT count(seconds) AS n, percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds) AS median
          FROM (
            SELECT extract(epoch FROM l.ended_at - l.started_at)::float8 AS seconds FROM execution l
            WHERE l.proc_name = p.proc_name AND l.ended_status = ${SUCCESS_STATUS}
            ORDER BY l.id DESC LIMIT ${LAST_RUNS}::int) last) s
        WHERE s.n >= ${MIN_RUNS}
      )
      INSERT INTO notification (execution_id, event, details)
      SELECT r.id, 'slow', jsonb_build_object('usualSeconds', round(u.median::numeric, 1))
      FROM running r JOIN usual u ON u.proc_name = r.proc_name WHERE r.seconds > 2 * u.median
      ON CONFLICT DO NOTHING`;
  }
}
