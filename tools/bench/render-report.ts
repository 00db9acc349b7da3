import { CPU, RATE, SHARE, type ReportRow, type Spread } from './figures.js';
import { renderTable, short } from './render-table.js';
import type { Report } from './report.js';

const SPEED = [RATE, SHARE, 'p50 ms', 'p99 ms'];

/** The report as Markdown that also reads well in a terminal: speed, processor time, and everything else. Pure. */
export function renderReport({ machine, runs, rows }: Report): string {
  const head = `${machine}; ${runs} ${runs === 1 ? 'run' : 'runs'}`;
  const parts = [renderSpeed(rows), renderCpu(rows), renderOthers(rows)];
  return [head, ...parts.filter((part) => part !== null)].join('\n\n');
}

function renderSpeed(rows: readonly ReportRow[]): string | null {
  const measured = rows.filter(({ figures }) => SPEED.some((name) => figures[name]));
  if (measured.length === 0) return null;
  const head = ['', 'per second', 'min to max', 'bare', 'share', 'p50 ms', 'p99 ms', 'bare p50 ms'];
  const lines = measured.map(({ name, figures, bare }) => [
    name,
    median(figures[RATE]),
    rangeOf(figures[RATE]),
    median(bare[RATE]),
    median(figures[SHARE]),
    median(figures['p50 ms']),
    median(figures['p99 ms']),
    median(bare['p50 ms']),
  ]);
  return renderTable([head, ...lines]);
}

/** A row for each operation, and below it one for the bare program. */
function renderCpu(rows: readonly ReportRow[]): string | null {
  const lines = rows.flatMap(({ name, figures, bare }) => [
    { name, figures },
    { name: `– bare`, figures: bare },
  ]);
  const measured = lines.filter(({ figures }) => processesOf(figures).length > 0);
  const processes = [...new Set(measured.flatMap(({ figures }) => processesOf(figures)))];
  if (processes.length === 0) return null;
  const body = measured.map(({ name, figures }) => [
    name,
    ...processes.map((process) => median(figures[`${CPU}${process}`])),
  ]);
  return renderTable([['CPU ms of one operation', ...processes], ...body]);
}

function processesOf(figures: Record<string, Spread>): string[] {
  return Object.keys(figures).flatMap((name) => (name.startsWith(CPU) ? [name.slice(CPU.length)] : []));
}

function renderOthers(rows: readonly ReportRow[]): string | null {
  const parts = rows.flatMap(({ name, figures, bare }) => {
    const others = Object.entries(figures).filter(
      ([figure]) => !SPEED.includes(figure) && !figure.startsWith(CPU),
    );
    const lines = others.map(([figure, spread]) => [
      figure,
      median(spread),
      rangeOf(spread),
      median(bare[figure]),
    ]);
    return lines.length === 0 ? [] : [renderTable([[name, 'median', 'min to max', 'bare'], ...lines])];
  });
  return parts.length === 0 ? null : parts.join('\n\n');
}

const median = (spread: Spread | undefined): string => (spread ? short(spread.median) : '');

function rangeOf(spread: Spread | undefined): string {
  return !spread || spread.min === spread.max ? '' : `${short(spread.min)} to ${short(spread.max)}`;
}
