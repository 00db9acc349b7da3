import type { LogPosition } from '@app/domain';
import type { Database } from '../connection/database.js';
import type { Lease } from '../executions/lease.js';
import { Prisma } from '../generated/client.js';
import { KINDS, toLogRow, type LogRow, type LogRowOfDatabase } from './log-row.js';

/** New rows of one pod of one execution, and the log position after them. */
export interface LogBatch {
  lease: Lease;
  podUid: string;
  rows: readonly LogRow[];
  position: LogPosition;
  isComplete: boolean;
  /** Deletes the rows between these two numbers (both excluded). */
  drop: { afterSeq: number; beforeSeq: number } | null;
}

/** How much of an execution's log is stored: enough to continue it. */
export interface LogExtent {
  lastSeq: number;
  /** Of the rows before the `cut` marker, or of all if there is none. */
  headCostBytes: number;
  cutSeq: number | null;
  tail: readonly { seq: number; costBytes: number }[];
  /** The last row does not end its line. */
  isLineOpen: boolean;
}

/** The least that a stored row counts against the limit: an empty line is not free. */
export const MIN_ROW_COST_BYTES = 32;

const DROPPED = Prisma.sql`, dropped AS (
  DELETE FROM execution_log l USING owned o
  WHERE l.execution_id = o.id AND l.seq > o.after_seq AND l.seq < o.before_seq
)`;

export class LogsStore {
  constructor(private readonly database: Database) {}

  /**
   * Appends batches of many executions in one statement. Rows and position are stored together or not at all, and a
   * batch whose lease is no longer the newest is left out. May be repeated unchanged if an error left the outcome
   * unknown.
   * @returns the batches that were stored; the others are fenced
   */
  async append(batches: readonly LogBatch[]): Promise<Set<LogBatch>> {
    // Keyed by the place of the batch, not by execution: a process may still hold lines of an older lease of the same
    // one.
    const given = batches.map(({ lease, podUid, position, isComplete, drop }, at) => ({
      at,
      id: lease.executionId,
      epoch: lease.epoch,
      pod_uid: podUid,
      since_second: position.sinceSecond,
      lines: position.lines,
      hash: position.hash,
      partial_bytes: position.partialBytes,
      is_complete: isComplete,
      after_seq: drop?.afterSeq,
      before_seq: drop?.beforeSeq,
    }));
    const rows = batches.flatMap((batch, at) =>
      batch.rows.map(({ seq, kind, stampedAt, text, endsLine }) => {
        return { at, seq, kind: KINDS.indexOf(kind), stamped_at: stampedAt, text, ends_line: endsLine };
      }),
    );
    // Most batches drop nothing, and a DELETE costs a plan for each partition.
    const mustDrop = batches.some(({ drop }) => drop !== null);
    const stored = await this.database.prepared.run<{ at: number }>(
      mustDrop ? 'append and drop log' : 'append log',
      Prisma.sql`
      WITH batch AS MATERIALIZED (
        SELECT * FROM json_to_recordset(${JSON.stringify(given)}::json) AS b(at int, id bigint, epoch int, pod_uid text,
          since_second bigint, lines int, hash bigint, partial_bytes int, is_complete boolean, after_seq int,
          before_seq int)
      ), owned AS MATERIALIZED (
        SELECT b.* FROM execution e JOIN batch b ON b.id = e.id AND b.epoch = e.lease_epoch
        WHERE e.ended_at IS NULL ORDER BY e.id FOR SHARE OF e
      ), inserted AS (
        INSERT INTO execution_log (execution_id, seq, kind, stamped_at, text, ends_line)
        SELECT o.id, l.seq, l.kind, l.stamped_at, l.text, l.ends_line
        FROM json_to_recordset(${JSON.stringify(rows)}::json)
          AS l(at int, seq int, kind smallint, stamped_at timestamptz, text text, ends_line boolean)
        JOIN owned o ON o.at = l.at
        ON CONFLICT DO NOTHING
      ), moved AS (
        UPDATE execution_attempt a SET log_since_second = o.since_second, log_lines = o.lines, log_hash = o.hash,
          log_partial_bytes = o.partial_bytes, log_complete = o.is_complete
        FROM owned o WHERE a.execution_id = o.id AND a.pod_uid = o.pod_uid
      )${mustDrop ? DROPPED : Prisma.empty}
      SELECT at FROM owned`,
    );
    return new Set(stored.flatMap(({ at }) => batches[at] ?? []));
  }

  /** Rows after `afterSeq`, in order: at most 2,000 rows and about `maxBytes` of text, at least one if there is one. */
  async read(executionId: number, afterSeq: number, maxBytes = 1024 * 1024): Promise<LogRow[]> {
    const rows = await this.database.client.$queryRaw<LogRowOfDatabase[]>`
      SELECT seq, kind, text, ends_line, stamped_at FROM (
        SELECT *, sum(octet_length(text)) OVER (ORDER BY seq) - octet_length(text) AS bytes_before FROM (
          SELECT seq, kind, text, ends_line, stamped_at FROM execution_log
          WHERE execution_id = ${executionId} AND seq > ${afterSeq} ORDER BY seq LIMIT 2000) page) counted
      WHERE bytes_before < ${maxBytes} ORDER BY seq`;
    return rows.map(toLogRow);
  }

  /** The row after which the last `lines` (1 or more) whole lines begin; 0: at the first row. */
  async findTailStart(executionId: number, lines: number): Promise<number> {
    const [row] = await this.database.client.$queryRaw<{ seq: number }[]>`
      WITH last AS (
        SELECT ends_line FROM execution_log WHERE execution_id = ${executionId} ORDER BY seq DESC LIMIT 1)
      SELECT seq FROM execution_log l
      WHERE execution_id = ${executionId} AND (ends_line OR coalesce((
        -- A marker is always a line of its own.
        SELECT next.kind <> 0 FROM execution_log next
        WHERE next.execution_id = ${executionId} AND next.seq > l.seq ORDER BY next.seq LIMIT 1), false))
      ORDER BY seq DESC
      OFFSET greatest(0, ${lines}::int - CASE WHEN (SELECT ends_line FROM last) THEN 0 ELSE 1 END) LIMIT 1`;
    return row?.seq ?? 0;
  }

  /** The row after which the lines stamped at `since` or later begin; without such lines, the last row. */
  async findSinceStart(executionId: number, since: Date): Promise<number> {
    const [row] = await this.database.client.$queryRaw<{ seq: number }[]>`
      SELECT coalesce(
        (SELECT l.seq - 1 FROM execution_log l
         WHERE l.execution_id = ${executionId} AND l.stamped_at >= ${since} AND coalesce((
           SELECT before.ends_line FROM execution_log before
           WHERE before.execution_id = ${executionId} AND before.seq < l.seq ORDER BY before.seq DESC LIMIT 1), true)
         ORDER BY l.seq LIMIT 1),
        (SELECT max(seq) FROM execution_log WHERE execution_id = ${executionId}),
        0) AS seq`;
    return row?.seq ?? 0;
  }

  /** The number of the last row; 0: the log is empty. */
  async findEnd(executionId: number): Promise<number> {
    const [row] = await this.database.client.$queryRaw<{ seq: number | null }[]>`
      SELECT max(seq) AS seq FROM execution_log WHERE execution_id = ${executionId}`;
    return row?.seq ?? 0;
  }

  async readExtent(executionId: number): Promise<LogExtent> {
    const [head] = await this.database.client.$queryRaw<
      { last: number | null; cost: number; cut_seq: number | null; ends_line: boolean | null }[]
    >`
      WITH cut AS (SELECT min(seq) AS seq FROM execution_log WHERE execution_id = ${executionId} AND kind = 2),
      last AS (
        SELECT seq, ends_line FROM execution_log WHERE execution_id = ${executionId} ORDER BY seq DESC LIMIT 1)
      SELECT (SELECT seq FROM last) AS last, (SELECT ends_line FROM last) AS ends_line,
        (SELECT seq FROM cut) AS cut_seq,
        coalesce(sum(greatest(octet_length(l.text), ${MIN_ROW_COST_BYTES}::int))
          FILTER (WHERE (SELECT seq FROM cut) IS NULL OR l.seq < (SELECT seq FROM cut)), 0)::float8 AS cost
      FROM execution_log l WHERE l.execution_id = ${executionId}`;
    const cutSeq = head?.cut_seq ?? null;
    const tail =
      cutSeq === null
        ? []
        : await this.database.client.$queryRaw<{ seq: number; cost: number }[]>`
            SELECT seq, greatest(octet_length(text), ${MIN_ROW_COST_BYTES}::int) AS cost FROM execution_log
            WHERE execution_id = ${executionId} AND seq > ${cutSeq} ORDER BY seq`;
    return {
      lastSeq: head?.last ?? 0,
      headCostBytes: head?.cost ?? 0,
      cutSeq,
      tail: tail.map(({ seq, cost }) => ({ seq, costBytes: cost })),
      isLineOpen: head?.ends_line === false,
    };
  }

  /** Creates the partitions of the log for the weeks ahead. May be repeated, and run by several processes at once. */
  async ensurePartitions(weeksAhead = 8): Promise<number> {
    const [row] = await this.database.client.$queryRaw<{ created: number }[]>`
      SELECT ensure_log_partitions(${weeksAhead}::int) AS created`;
    return row?.created ?? 0;
  }
}
