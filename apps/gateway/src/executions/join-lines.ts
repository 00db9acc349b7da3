import type { LogRow } from '@app/database';

/** A chunk of a log: whole lines joined by `\n`, or a part of one very long line. */
export interface LogChunk {
  text: string;
  /** False: the line continues in the next chunk, or is the last one and has no newline. */
  endsLine: boolean;
  /** False: the chunk continues the line of the previous one. */
  startsLine: boolean;
}

/** Joins whole lines up to about this size. */
const CHUNK_CHARACTERS = 64 * 1024;
/** Sends a longer line in parts. */
const MAX_LINE_CHARACTERS = 1024 * 1024;

type Row = Pick<LogRow, 'kind' | 'text' | 'endsLine'>;

/** The chunks of pages that begin and end with whole lines, shared by all viewers that read the same page. */
const joinedPages = new WeakMap<readonly Row[], readonly LogChunk[]>();

/** Joins the rows of a log into chunks. The text depends on the rows alone, not on the pages they were read in. */
export class LineJoiner {
  private lines: string[] = [];
  private characters = 0;
  /** The unsent part of a line that has not ended; null: no line is open. */
  private open: string | null = null;
  /** Whether a part of the open line was already sent. */
  private isPartSent = false;

  /** @param rows must not change afterwards: they are the key of a cache */
  push(rows: readonly Row[]): readonly LogChunk[] {
    const isBetweenLines = this.isBetweenLines();
    const known = isBetweenLines ? joinedPages.get(rows) : undefined;
    if (known) return known;
    const chunks = this.join(rows);
    if (isBetweenLines && this.isBetweenLines()) joinedPages.set(rows, chunks);
    return chunks;
  }

  /** False while a line is unfinished. */
  isBetweenLines(): boolean {
    return this.open === null && !this.isPartSent;
  }

  private join(rows: readonly Row[]): LogChunk[] {
    const chunks: LogChunk[] = [];
    for (const { kind, text, endsLine } of rows) {
      // A marker is a line of its own, even after an unfinished line.
      if (kind !== 'text') this.endLine('', chunks);
      if (endsLine) this.endLine(text, chunks, true);
      else this.extendLine(text, chunks);
    }
    this.flush(chunks);
    return chunks;
  }

  /** The rest, after the last row. */
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
