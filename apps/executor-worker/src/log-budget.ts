import { cutMarker } from '@app/domain';
import { MIN_ROW_COST_BYTES, type LogExtent, type LogRow } from '@app/database';

/** Share of the limit for the head of the log; the rest is for its tail. */
const HEAD_SHARE = 0.75;

/** A row without its sequence number. */
export type NewLogRow = Omit<LogRow, 'seq'>;

/** Ends an open line, so that the next row starts a new line. */
export const LINE_END: NewLogRow = { kind: 'text', text: '', endsLine: true, stampedAt: null };

/**
 * Keeps the stored log of one execution within its limit: its head, one `cut` marker, and the newest rows. Rows past the head
 * are stored too, so that live viewers get them, and dropped when newer rows need the room.
 */
export class LogBudget {
  private readonly headLimitBytes: number;
  private readonly tailLimitBytes: number;
  private nextSeq: number;
  private headBytes: number;
  private cutSeq: number | null;
  private readonly tail: { seq: number; costBytes: number }[];
  private tailBytes: number;
  /** All rows between the head and this one were dropped. */
  private droppedTo: number;
  /** Whether the last row leaves its line open. */
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

  /** Numbers the row. Puts the marker before it where the log is cut; a marker gets a line of its own. */
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
    // The cut has already ended the line.
    if (row === LINE_END && marker.length > 0) return marker;
    const numbered = { ...row, seq: this.nextSeq++ };
    this.tail.push({ seq: numbered.seq, costBytes });
    this.tailBytes += costBytes;
    return [...marker, numbered];
  }

  /**
   * The range of rows to drop in favour of newer ones; null if none. Call it once per batch, after numbering the batch's
   * rows, and leave the rows in the range out of the batch.
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
    const text = cutMarker(describeBytes(this.limitBytes), describeBytes(this.tailLimitBytes));
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
