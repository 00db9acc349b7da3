import { StartError } from '../../scripts/lib/start-error.mjs';
import { CALM, WAITS, type FaultEffect, type WaitName } from './fault-effects.js';
import { FAULT_KINDS } from './faults/fault-kinds.js';
import type { Summary } from './summary.js';

/** The page that shows the measured waits, between these two markers. */
export const MEASURED_PAGE = 'docs/failures.md';
const BEGIN = '<!-- measured:begin -->';
const END = '<!-- measured:end -->';

/** Replaces what is between the markers of a page. Pure. @throws StartError when a marker is missing */
export function replaceMeasured(page: string, content: string): string {
  const [begin, end] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (begin < 0 || end < begin) {
    throw new StartError(
      `${MEASURED_PAGE} needs the lines ${BEGIN} and ${END}`,
      'Add them where the table belongs.',
    );
  }
  return `${page.slice(0, begin + BEGIN.length)}\n\n${content}\n\n${page.slice(end)}`;
}

/** The longest waits by kind of fault as Markdown, in the layout that Prettier gives a table. Pure. */
export function renderMeasured({ command, executions, faults }: Measured): string {
  const names = Object.keys(WAITS) as WaitName[];
  const row = (label: string, { longestMs }: FaultEffect) => [
    label,
    ...names.map((name) => secondsOf(longestMs[name])),
  ];
  const kinds = FAULT_KINDS.filter((kind) => faults[kind]);
  const table = renderTable([
    ['fault', ...names],
    ...kinds.map((kind) => row(`\`${kind}\``, faults[kind]!)),
    ...(faults[CALM] ? [row('no fault near', faults[CALM])] : []),
  ]);
  return `\`${command}\`: ${executions.toLocaleString('en')} executions.\n\n${table}`;
}

type Measured = Pick<Summary, 'command' | 'executions' | 'faults'>;

/** The first column is aligned to the left, the others to the right. */
function renderTable(rows: readonly string[][]): string {
  const widths = rows[0]!.map((_, column) => Math.max(3, ...rows.map((cells) => cells[column]!.length)));
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => (column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!))).join(' | ')} |`;
  const [head, ...body] = rows;
  const rule = widths.map((width, column) =>
    column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`,
  );
  return [line(head!), line(rule), ...body.map(line)].join('\n');
}

const secondsOf = (ms: number | undefined) => (ms === undefined ? '' : (ms / 1_000).toFixed(1));
