import type { LastLogRow } from '@app/database';
import { logLine } from './plain-text.js';

export const LAST_LINES = 20;
const MAX_LINE_CHARACTERS = 300;

/** How many rows to read for the last lines; long lines take several rows. */
export const ROWS_TO_READ = 3 * LAST_LINES;
export const ROW_CHARACTERS = MAX_LINE_CHARACTERS;

const WRITES_OVER = /[\r\b]|\x1b\[\d*[DGK]/;

/** The last lines of a log, each truncated; `…` marks missing lines. Pure. */
export function lastLines(rows: readonly LastLogRow[]): string[] {
  const lines: string[] = [];
  let open: string | null = null;
  for (const { isText, text, endsLine } of rows) {
    if (!isText) {
      if (open !== null) lines.push(open);
      lines.push('…');
      open = null;
    } else {
      // The line already has its maximum length: ignore the rest, unless that writes over it.
      const isLong = open !== null && open.length >= MAX_LINE_CHARACTERS && !WRITES_OVER.test(open + text);
      const line: string = isLong ? (open ?? '') : (open ?? '') + text;
      if (endsLine) lines.push(line);
      open = endsLine ? null : line;
    }
  }
  if (open !== null) lines.push(open);
  return lines.slice(-LAST_LINES).map((line) => logLine(line, MAX_LINE_CHARACTERS));
}
