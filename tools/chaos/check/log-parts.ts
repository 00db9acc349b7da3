import { isCutMarker } from '@app/domain';

/** Consecutive lines of a log, compressed: a million lines in order are one part. */
export type LogPart =
  /** `line <from>` to `line <to>`, each once. */
  | { kind: 'lines'; from: number; to: number }
  /** Any other line. */
  | { kind: 'text'; text: string }
  /** A marker for missing lines. */
  | { kind: 'gap' | 'cut'; text: string };

export type RowKind = 'text' | 'gap' | 'cut';

const LINE = /^line ([1-9]\d{0,14})$/;
const MAX_TEXT_CHARACTERS = 200;

/** Builds the parts of a log line by line. */
export class LogParts {
  readonly parts: LogPart[] = [];
  private open: string | null = null;

  /** Adds a stored row. A line may take several rows; a marker is a line by itself. */
  addRow(kind: RowKind, text: string, endsLine: boolean): void {
    if (kind !== 'text') {
      this.end();
      this.parts.push({ kind, text });
      return;
    }
    this.open = (this.open ?? '') + text;
    if (endsLine) this.end();
  }

  /** Adds a whole line as clients get it. Clients recognize markers only by their text. */
  addLine(text: string): void {
    const kind = markerKindOf(text);
    if (kind) this.parts.push({ kind, text });
    else this.addText(text);
  }

  /** Ends an open line. */
  end(): void {
    if (this.open !== null) this.addText(this.open);
    this.open = null;
  }

  private addText(text: string): void {
    const match = LINE.exec(text);
    if (!match) {
      this.parts.push({ kind: 'text', text: text.slice(0, MAX_TEXT_CHARACTERS) });
      return;
    }
    const number = Number(match[1]);
    const last = this.parts.at(-1);
    if (last?.kind === 'lines' && last.to + 1 === number) last.to = number;
    else this.parts.push({ kind: 'lines', from: number, to: number });
  }
}

/** The parts of a log from the lines of a viewer. Pure. */
export function partsOfLines(lines: readonly string[]): LogPart[] {
  const log = new LogParts();
  for (const line of lines) log.addLine(line);
  return log.parts;
}

/** The parts of a log from its plain text. Pure. */
export function partsOfText(text: string): LogPart[] {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return partsOfLines(lines);
}

/** `lines 1 to 20, gap, lines 31 to 40`. Pure. */
export function describeParts(parts: readonly LogPart[]): string {
  const shown = parts.slice(0, 12).map(describePart);
  if (parts.length > shown.length) shown.push(`and ${parts.length - shown.length} more parts`);
  return shown.join(', ') || 'nothing';
}

export function describePart(part: LogPart): string {
  switch (part.kind) {
    case 'lines':
      return part.from === part.to ? `line ${part.from}` : `lines ${part.from} to ${part.to}`;
    case 'text':
      return JSON.stringify(part.text);
    case 'gap':
    case 'cut':
      return `a ${part.kind}`;
  }
}

function markerKindOf(text: string): 'gap' | 'cut' | null {
  if (!text.startsWith('[proctor: ')) return null;
  return isCutMarker(text) ? 'cut' : 'gap';
}
