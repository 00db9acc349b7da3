import type { LogLine } from '@app/contract';
import type { LogRow } from '@app/database';
import type { LogChunk } from './join-lines.js';

/** The chunks of pages, shared by all viewers that read the same page. */
const encodedPages = new WeakMap<readonly LogRow[], readonly LogChunk[]>();

/** The first chunk: says that the stream is open, also while there are no lines. */
export const NO_LINES: LogChunk = { text: '[]', endsLine: true, startsLine: true };

/** Encodes rows with their numbers, in place of a `LineJoiner`: each page of rows is one chunk, a JSON array. */
export class LineNumberer {
  /** @param rows must not change afterwards: they are the key of a cache */
  push(rows: readonly LogRow[]): readonly LogChunk[] {
    const known = encodedPages.get(rows);
    if (known) return known;
    const chunks = [{ text: JSON.stringify(rows.map(toLine)), endsLine: true, startsLine: true }];
    encodedPages.set(rows, chunks);
    return chunks;
  }

  end(): readonly LogChunk[] {
    return [];
  }
}

/** A row in the contract's form. */
export function toLine({ seq, kind, text, stampedAt, endsLine }: LogRow): LogLine {
  return {
    n: seq,
    text,
    ...(stampedAt !== null && { printed_at: stampedAt }),
    ...(kind !== 'text' && { kind }),
    ...(!endsLine && { continues: true }),
  };
}
