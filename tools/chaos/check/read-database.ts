import type { AttemptRow, DeliveryRow, EventRow, ExecutionRow, KeyRow, TickRow } from './evidence.js';
import { LogParts, type LogPart, type RowKind } from './log-parts.js';
import type { Query } from './sources.js';

/** Log rows per query. */
const LOG_PAGE = 50_000;
/** Numbered as in libs/database. */
const KINDS: readonly RowKind[] = ['text', 'gap', 'cut'];

// Postgres sends bigint as text; ids are below 2^53.
const ms = (column: string, as: string) => `floor(extract(epoch from ${column}) * 1000)::float8 as "${as}"`;

export async function readExecutions(query: Query): Promise<ExecutionRow[]> {
  return query<ExecutionRow & Record<string, unknown>>(`
    select id::float8 as id, proc_name as proc, user_email as "userEmail", schedule_id::float8 as "scheduleId", status,
      exit_code as "exitCode", reason, job_uid as "jobUid", ${ms('created_at', 'createdAtMs')}, ${ms('ended_at', 'endedAtMs')}
    from execution order by id`);
}

export async function readAttempts(query: Query): Promise<AttemptRow[]> {
  return query<AttemptRow & Record<string, unknown>>(`
    select execution_id::float8 as "executionId", n, pod_uid as "podUid", exit_code as "exitCode",
      is_disrupted as "isDisrupted", ${ms('started_at', 'startedAtMs')}
    from execution_attempt`);
}

export async function readKeys(query: Query): Promise<KeyRow[]> {
  return query<KeyRow & Record<string, unknown>>(`
    select identity, key, execution_id::float8 as "executionId" from idempotency_key where route = 'POST /execution'`);
}

export async function readTicks(query: Query): Promise<TickRow[]> {
  return query<TickRow & Record<string, unknown>>(`
    select schedule_id::float8 as "scheduleId", outcome, execution_id::float8 as "executionId", ${ms('fire_at', 'fireAtMs')}
    from schedule_tick`);
}

export async function readEvents(query: Query): Promise<EventRow[]> {
  return query<EventRow & Record<string, unknown>>(`
    select id::float8 as id, event, execution_id::float8 as "executionId", spread_at is not null as "isFannedOut"
    from notification`);
}

export async function readDeliveries(query: Query): Promise<DeliveryRow[]> {
  return query<DeliveryRow & Record<string, unknown>>(`
    select d.id::float8 as id, n.event, n.execution_id::float8 as "executionId", d.channel, d.recipient, d.state,
      d.failed_reason as "failedReason", ${ms('n.created_at', 'eventAtMs')}, ${ms('d.sent_at', 'sentAtMs')}
    from delivery d join notification n on n.id = d.notification_id`);
}

type LogRow = { id: number; seq: number; kind: number; text: string; ends_line: boolean };

/** The parts of all logs, by execution. Holds at most one page of rows in memory. */
export async function readLogs(query: Query): Promise<Map<number, LogPart[]>> {
  const logs = new Map<number, LogParts>();
  let last: Pick<LogRow, 'id' | 'seq'> = { id: 0, seq: 0 };
  for (;;) {
    const rows = await query<LogRow>(
      `select execution_id::float8 as id, seq, kind, left(text, 1000) as text, ends_line from execution_log
       where (execution_id, seq) > ($1::bigint, $2::int) order by execution_id, seq limit ${LOG_PAGE}`,
      [last.id, last.seq],
    );
    for (const { id, kind, text, ends_line } of rows) {
      const log = logs.get(id) ?? new LogParts();
      logs.set(id, log);
      log.addRow(KINDS[kind] ?? 'text', text, ends_line);
    }
    const end = rows.at(-1);
    if (!end || rows.length < LOG_PAGE) break;
    last = end;
  }
  return new Map(
    [...logs].map(([id, log]) => {
      log.end();
      return [id, log.parts];
    }),
  );
}
