import type { Session } from '../connection/database.js';
import { snapshotOf } from '../procs/procs.store.js';
import type { FirePlan, PlannedTick } from './schedules-due.js';

/** Executions that were accepted. */
export interface InsertedRuns {
  /** Those that may be enqueued after the commit. */
  admitted: number[];
  /** How many wait in Postgres. */
  waiting: number;
}

/**
 * Writes down what becomes of these ticks, accepts the executions of those that fire, and moves the schedules on to their
 * next ticks, in one statement. A tick that is written down already keeps its outcome, and makes no second execution.
 */
export async function insertTicks(
  session: Session,
  { ticks, schedules }: FirePlan,
  installationId: string,
): Promise<InsertedRuns> {
  const next = schedules.filter((each) => each.kind === 'next');
  if (ticks.length === 0 && next.length === 0) return { admitted: [], waiting: 0 };
  const jobNamePrefix = `proctor-${installationId}-`;
  // One JSON text, there and back, costs a fraction of the CPU that arrays of parameters and rows of columns cost.
  const [answer] = await session.$queryRaw<{ inserted: string }[]>`
    WITH given AS MATERIALIZED (
      SELECT g.*, CASE WHEN g.proc_name IS NOT NULL THEN new_execution_id() END AS id
      FROM json_to_recordset(${JSON.stringify(ticks.map(toGiven))}::json) AS g(
        schedule_id bigint, fire_at timestamptz, outcome text, count int, reason text, proc_name text, args jsonb,
        secret_args jsonb, user_email text, waiting_for text)
    ), accepted AS MATERIALIZED (
      SELECT * FROM json_to_recordset(${JSON.stringify(listProcs(ticks))}::json)
        AS p(name text, revision int, image text, snapshot jsonb)
    ), moved AS (
      UPDATE schedule s SET next_fire_at = g.at
      FROM json_to_recordset(${JSON.stringify(next.map(({ id, nextFireAt }) => ({ id, at: nextFireAt })))}::json)
        AS g(id bigint, at timestamptz)
      WHERE s.id = g.id
    ), ticked AS (
      INSERT INTO schedule_tick (schedule_id, fire_at, outcome, execution_id, count, reason)
      SELECT schedule_id, fire_at, outcome, id, count, reason FROM given
      ON CONFLICT DO NOTHING RETURNING execution_id
    ), inserted AS (
      INSERT INTO execution (id, proc_name, proc_revision, job_name, image, args, secret_args, snapshot, user_email,
        schedule_id, waiting_for, admitted_at, created_at, updated_at)
      SELECT g.id, g.proc_name, p.revision, ${jobNamePrefix} || g.id, p.image, g.args, nullif(g.secret_args, 'null'::jsonb),
        p.snapshot, g.user_email, g.schedule_id, g.waiting_for,
        CASE WHEN g.waiting_for IS NULL THEN clock_timestamp() END, execution_id_made_at(g.id), execution_id_made_at(g.id)
      FROM given g JOIN ticked t ON t.execution_id = g.id JOIN accepted p ON p.name = g.proc_name
      RETURNING id, waiting_for
    )
    SELECT json_build_object(
      'admitted', coalesce(json_agg(id) FILTER (WHERE waiting_for IS NULL), '[]'),
      'waiting', count(waiting_for))::text AS inserted
    FROM inserted`;
  if (!answer) throw new Error('Postgres answered without a row');
  return JSON.parse(answer.inserted) as InsertedRuns;
}

function toGiven({ scheduleId, fireAt, outcome, count, reason, run }: PlannedTick) {
  return {
    schedule_id: scheduleId,
    fire_at: fireAt.toISOString(),
    outcome,
    count,
    reason,
    ...(run && {
      proc_name: run.proc.proc.name,
      args: run.args,
      secret_args: run.secretArgs,
      user_email: run.userEmail,
      waiting_for: run.waitingFor,
    }),
  };
}

/** Each once: many schedules may execute the same proc. */
function listProcs(ticks: readonly PlannedTick[]) {
  const procs = new Map(ticks.flatMap(({ run }) => (run ? [[run.proc.proc.name, run.proc] as const] : [])));
  return [...procs.values()].map(({ proc, revision }) => ({
    name: proc.name,
    revision,
    image: proc.imageName,
    snapshot: snapshotOf(proc),
  }));
}
