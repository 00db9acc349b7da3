import type { ReportRow, Spread } from './figures.js';
import { renderTable, short } from './render-table.js';

/**
 * What has changed between two reports: each figure of both with its medians and their quotient. A change is certain when
 * the ranges of the runs do not overlap. Pure.
 */
export function renderComparison(before: readonly ReportRow[], after: readonly ReportRow[]): string {
  const parts = after.flatMap(({ name, figures }) => {
    const old = before.find((row) => row.name === name)?.figures ?? {};
    const lines = Object.entries(figures).flatMap(([figure, spread]) =>
      old[figure] ? [lineOf(figure, old[figure], spread)] : [],
    );
    return lines.length === 0 ? [] : [`### ${name}\n\n${renderTable([HEAD, ...lines])}`];
  });
  return parts.length === 0 ? 'The reports have no figure in common.' : parts.join('\n\n');
}

const HEAD = ['', 'before', 'after', 'after / before', 'ranges'];

function lineOf(figure: string, before: Spread, after: Spread): string[] {
  const quotient = before.median === 0 ? '' : `${short(after.median / before.median)}`;
  const isApart = before.max < after.min || after.max < before.min;
  return [figure, short(before.median), short(after.median), quotient, isApart ? 'apart' : 'overlap'];
}
