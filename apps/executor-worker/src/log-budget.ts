import { MIN_ROW_COST_BYTES, type LogExtent, type LogRow } from '@app/database';

/** Share of the limit that the beginning of the log may take; the rest keeps its end. */
const HEAD_SHARE = 0.75;

/** The text of a row without its number. */
export type NewLogRow = Omit<LogRow, 'seq'>;

/** Ends a line that was left open, so that what follows begins on a line of its own. */
export const LINE_END: NewLogRow = { kind: 'text', text: '', endsLine: true, stampedAt: null };

/**
 * Keeps the stored log of one execution within its limit: its head, one `cut` marker, and the newest rows. Rows past
 * the head are stored all the same, so that live viewers get them, and dropped when newer ones need the room.
 */
export class LogBudget {
  private readonly headLimitBytes: number;
  private readonly tailLimitBytes: number;
  private nextSeq: number;
  private headBytes: number;
  private cutSeq: number | null;
  private readonly tail: { seq: number; costBytes: number }[];
  private tailBytes: number;
  /** How far rows were dropped before. */
  private droppedTo: number;
  /** The last row does not end its line. */
  isLineOpen: boolean;

  constructor(
    private readonly limitBytes: number,
    extent: LogExtent,
  ) {
    this.headLimitBytes = Math.floor(limitBytes * HEAD_SHARE);
    this.tailLimitBytes = limitBytes - this.headLimitBytes;
    this.nextSeq = extent.lastSeq + 1;
    this.headBytes = extent.headCostBytes;
    this.cutSeq = extent.cutSeq;
    this.tail = [...extent.tail];
    this.tailBytes = this.tail.reduce((sum, { costBytes }) => sum + costBytes, 0);
    this.droppedTo = extent.cutSeq ?? 0;
    this.isLineOpen = extent.isLineOpen;
  }

  /** The row with its number, after the marker if this is where the log is cut. A marker gets a line of its own. */
  number(row: NewLogRow): LogRow[] {
    const rows =
      row.kind !== 'text' && this.isLineOpen
        ? [...this.place(LINE_END), ...this.place(row)]
        : this.place(row);
    this.isLineOpen = !row.endsLine;
    return rows;
  }

  private place(row: NewLogRow): LogRow[] {
    const costBytes = costOf(row);
    if (this.cutSeq === null && this.headBytes + costBytes <= this.headLimitBytes) {
      this.headBytes += costBytes;
      return [{ ...row, seq: this.nextSeq++ }];
    }
    const marker = this.cutSeq === null ? this.cut() : [];
    // The cut has ended the line already.
    if (row === LINE_END && marker.length > 0) return marker;
    const numbered = { ...row, seq: this.nextSeq++ };
    this.tail.push({ seq: numbered.seq, costBytes });
    this.tailBytes += costBytes;
    return [...marker, numbered];
  }

  /**
   * What may be dropped now that newer rows are there; null if nothing. Call it once per batch, after the batch's rows
   * were numbered, and leave out of the batch what lies in the range.
   */
  drop(): { afterSeq: number; beforeSeq: number } | null {
    let dropped = 0;
    while (this.tailBytes > this.tailLimitBytes && dropped < this.tail.length - 1) {
      this.tailBytes -= this.tail[dropped]?.costBytes ?? 0;
      dropped++;
    }
    if (dropped === 0) return null;
    this.tail.splice(0, dropped);
    const afterSeq = this.droppedTo;
    const beforeSeq = this.tail[0]?.seq ?? this.nextSeq;
    this.droppedTo = beforeSeq - 1;
    return { afterSeq, beforeSeq };
  }

  private cut(): LogRow[] {
    const lineEnd = this.isLineOpen ? [{ ...LINE_END, seq: this.nextSeq++ }] : [];
    this.cutSeq = this.nextSeq++;
    this.droppedTo = this.cutSeq;
    const limit = describeBytes(this.limitBytes);
    const kept = describeBytes(this.tailLimitBytes);
    const text = `[proctor: this log is longer than its limit of ${limit}; from here on only its last ${kept} are kept]`;
    return [...lineEnd, { seq: this.cutSeq, kind: 'cut', stampedAt: null, text, endsLine: true }];
  }
}

function costOf(row: NewLogRow): number {
  return Math.max(Buffer.byteLength(row.text), MIN_ROW_COST_BYTES);
}

function describeBytes(bytes: number): string {
  return bytes >= 1024 * 1024
    ? `${+(bytes / 1024 / 1024).toFixed(1)} MiB`
    : `${+(bytes / 1024).toFixed(1)} KiB`;
}
