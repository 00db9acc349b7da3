/** What is sealed, in the order in which it is sealed again: schedules before the executions that copy their secret args. */
export const SEALED_KINDS = ['secret', 'audit_key', 'schedule', 'execution'] as const;
export type SealedKind = (typeof SEALED_KINDS)[number];

/** The key of a value that no key was asked for: it is in plain text. */
export const PLAIN = 'none';
/** The key of a hash that no accepted key gives. */
export const UNKNOWN_KEY = 'unknown';

/** A row with values that depend on a secret key. */
export interface SealedRow<Write> {
  /** "the secret TOKEN of backup". */
  subject: string;
  /** Of each value: the id of the key that it was sealed with. */
  keyIds: readonly string[];
  /** Opens the values and seals them with the current key. @throws Error if a value cannot be opened */
  reseal(): Write;
}

export interface SealedBatch<Write> {
  rows: readonly SealedRow<Write>[];
  /** Where the next batch begins; null: this was the last one. */
  next: string | null;
}

export interface WriteOutcome {
  /** How many rows are written. The others have changed meanwhile, or are locked: the next walk finds them. */
  written: number;
  /** Rows that can never be written, and why. */
  problems: readonly { subject: string; message: string }[];
}

/** One table with sealed values. */
export interface SealedTable<Write> {
  readonly kind: SealedKind;
  /** Reads a bounded number of rows, in a fixed order, without locks. @param after `next` of the batch before; '': the first */
  read(after: string): Promise<SealedBatch<Write>>;
  /** Stores rows that have not changed since they were read. Any number of processes may do so at the same time. */
  write(rows: readonly Write[]): Promise<WriteOutcome>;
}

/** Where the batch after these rows begins. */
export function nextAfter<Row>(rows: readonly Row[], limit: number, cursorOf: (row: Row) => string) {
  const last = rows.at(-1);
  return last === undefined || rows.length < limit ? null : cursorOf(last);
}
