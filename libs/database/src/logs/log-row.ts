/** `gap`: the cluster no longer had the lines in between. `cut`: past this marker only the end of the log is stored. */
export type LogRowKind = 'text' | 'gap' | 'cut';

/** By their numbers in the database. */
export const KINDS: readonly LogRowKind[] = ['text', 'gap', 'cut'];

export interface LogRow {
  /** The position in the execution's log, from 1; may have holes. */
  seq: number;
  kind: LogRowKind;
  /** RFC 3339, or null for a marker. */
  stampedAt: string | null;
  text: string;
  /** False: the line continues in the next row. */
  endsLine: boolean;
}

export interface LogRowOfDatabase {
  seq: number;
  kind: number;
  text: string;
  ends_line: boolean;
  stamped_at: Date | null;
}

export function toLogRow(row: LogRowOfDatabase): LogRow {
  return {
    seq: row.seq,
    kind: KINDS[row.kind] ?? 'text',
    stampedAt: row.stamped_at?.toISOString() ?? null,
    text: row.text,
    endsLine: row.ends_line,
  };
}
