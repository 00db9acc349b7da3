import type { Session } from '../connection/database.js';
import { unprepared } from '../connection/unprepared.js';
import { accept } from '../executions/accept.js';
import { Prisma } from '../generated/client.js';
import type { FirePlan, PlannedTick } from './schedules-due.js';

/** Executions that were accepted. */
export interface AcceptedRuns {
  /** Those that may be enqueued after the commit. */
  admitted: number[];
  /** How many wait in Postgres. */
  waiting: number;
}

/**
 * Records the outcome of these ticks, accepts the executions of those that fire, and moves the schedules to their next
 * ticks, in one statement. A tick that is already recorded keeps its outcome and starts no second execution.
 */
export async function recordTicks(
  session: Session,
  { ticks, schedules }: FirePlan,
  installationId: string,
): Promise<AcceptedRuns> {
  const next = schedules.filter((each) => each.kind === 'next');
  if (ticks.length === 0 && next.length === 0) return { admitted: [], waiting: 0 };
  const runs = ticks.flatMap(({ run }) => run ?? []);
  const ctes = Prisma.sql`moved AS (
      UPDATE schedule s SET next_fire_at = m.at
      FROM json_to_recordset(${JSON.stringify(next.map(({ id, nextFireAt }) => ({ id, at: nextFireAt })))}::json)
        AS m(id bigint, at timestamptz)
      WHERE s.id = m.id
    ), claimed AS (
      INSERT INTO schedule_tick (schedule_id, fire_at, outcome, execution_id, count, reason)
      SELECT t.schedule_id, t.fire_at, t.outcome, g.id, t.count, t.reason
      FROM json_to_recordset(${JSON.stringify(toRows(ticks))}::json)
        AS t(schedule_id bigint, fire_at timestamptz, outcome text, count int, reason text, run int)
      LEFT JOIN given g ON g.n = t.run
      ON CONFLICT DO NOTHING RETURNING execution_id
    ), passed AS (
      SELECT g.* FROM given g JOIN claimed c ON c.execution_id = g.id
    )`;
  // The plan has counted the owners' shares.
  const claim = { name: 'ticks', ctes };
  const { accepted } = await accept(unprepared(session), runs, { installationId, userShare: null, claim });
  const admitted = accepted.filter(({ waitingFor }) => waitingFor === null).map(({ id }) => id);
  return { admitted, waiting: accepted.length - admitted.length };
}

/** `run`: the place of the tick's execution in the batch. */
function toRows(ticks: readonly PlannedTick[]) {
  let runs = 0;
  return ticks.map(({ scheduleId, fireAt, outcome, count, reason, run }) => ({
    schedule_id: scheduleId,
    fire_at: fireAt.toISOString(),
    outcome,
    count,
    reason,
    run: run === null ? null : runs++,
  }));
}
