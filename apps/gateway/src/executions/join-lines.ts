import type { LogRow } from '@app/database';

/** A part of a log as it is sent: whole lines joined by `\n`, or a part of one very long line. */
export interface LogChunk {
  text: string;
  /** False: the line goes on in the next chunk, or is the log's last and has no newline. */
  endsLine: boolean;
  /** False: it goes on with the line of the chunk before. */
  startsLine: boolean;
}

/** Whole lines are sent together up to about this size, */
const CHUNK_CHARACTERS = 64 * 1024;
/** and a line in parts from this size on. */
const MAX_LINE_CHARACTERS = 1024 * 1024;

type Row = Pick<LogRow, 'kind' | 'text' | 'endsLine'>;

/** Of pages that begin and end with whole lines: what was made of each, for all who are given the same page. */
const joinedPages = new WeakMap<readonly Row[], readonly LogChunk[]>();

/** Makes chunks of the rows of a log. Which ones depends on the rows alone, not on how they were read. */
export class LineJoiner {
  private lines: string[] = [];
  private characters = 0;
  /** What is known of a line that has not ended yet; null: no line is open. */
  private open: string | null = null;
  /** The beginning of the open line was sent already. */
  private isPartSent = false;

  /** The rows are not changed any more. */
  push(rows: readonly Row[]): readonly LogChunk[] {
    const isBetweenLines = this.isBetweenLines();
    const known = isBetweenLines ? joinedPages.get(rows) : undefined;
    if (known) return known;
    const chunks = this.join(rows);
    if (isBetweenLines && this.isBetweenLines()) joinedPages.set(rows, chunks);
    return chunks;
  }

  private isBetweenLines(): boolean {
    return this.open === null && !this.isPartSent;
  }

  private join(rows: readonly Row[]): LogChunk[] {
    const chunks: LogChunk[] = [];
    for (const { kind, text, endsLine } of rows) {
      // A marker is a line by itself, whatever came before.
      if (kind !== 'text') this.endLine('', chunks);
      if (endsLine) this.endLine(text, chunks, true);
      else this.extendLine(text, chunks);
    }
    this.flush(chunks);
    return chunks;
  }

  /** What is left when nothing more comes. */
  end(): LogChunk[] {
    if (this.open === null || (this.isPartSent && this.open === '')) return [];
    const last = { text: this.open, endsLine: false, startsLine: !this.isPartSent };
    this.open = null;
    return [last];
  }

  private extendLine(text: string, chunks: LogChunk[]): void {
    this.open = (this.open ?? '') + text;
    if (this.open.length < MAX_LINE_CHARACTERS) return;
    this.flush(chunks);
    chunks.push({ text: this.open, endsLine: false, startsLine: !this.isPartSent });
    this.open = '';
    this.isPartSent = true;
  }

  private endLine(text: string, chunks: LogChunk[], isLine = this.open !== null): void {
    if (!isLine) return;
    const line = (this.open ?? '') + text;
    this.open = null;
    if (this.isPartSent) {
      this.isPartSent = false;
      chunks.push({ text: line, endsLine: true, startsLine: false });
      return;
    }
    this.lines.push(line);
    this.characters += line.length + 1;
    if (this.characters >= CHUNK_CHARACTERS) this.flush(chunks);
  }

  private flush(chunks: LogChunk[]): void {
    if (this.lines.length === 0) return;
    chunks.push({ text: this.lines.join('\n'), endsLine: true, startsLine: true });
    this.lines = [];
    this.characters = 0;
  }
}
