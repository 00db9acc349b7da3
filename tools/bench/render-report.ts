import type { ReportRow, Spread } from './figures.js';
import type { Report } from './report.js';

const HEAD = ['', 'median', 'min to max', 'bare'];

/** The report as a table for each row, in Markdown that also reads well in a terminal. Pure. */
export function renderReport({ machine, runs, rows }: Report): string {
  const head = `${machine}; ${runs} ${runs === 1 ? 'run' : 'runs'}`;
  return [head, ...rows.map(renderRow)].join('\n\n');
}

function renderRow({ name, figures, bare }: ReportRow): string {
  const lines = Object.entries(figures).map(([figure, spread]) => [
    figure,
    short(spread.median),
    rangeOf(spread),
    bare[figure] ? short(bare[figure].median) : '',
  ]);
  return `### ${name}\n\n${renderTable([HEAD, ...lines])}`;
}

function rangeOf({ min, max }: Spread): string {
  return min === max ? '' : `${short(min)} to ${short(max)}`;
}

/** Three digits that count: `0.0123`, `1.23`, `123`, `12,300`. */
export function short(value: number): string {
  return value.toLocaleString('en', { maximumSignificantDigits: 3 });
}

/** As Prettier lays out a table: the first column to the left, the others to the right. Pure. */
export function renderTable(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, column) => Math.max(3, ...rows.map((cells) => cells[column]!.length)));
  const pad = (text: string, column: number) =>
    column === 0 ? text.padEnd(widths[column]!) : text.padStart(widths[column]!);
  const line = (cells: readonly string[]) => `| ${cells.map(pad).join(' | ')} |`;
  const rule = widths.map((width, column) =>
    column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`,
  );
  const [head, ...body] = rows;
  return [line(head!), line(rule), ...body.map(line)].join('\n');
}
