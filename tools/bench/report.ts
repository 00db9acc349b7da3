import type { ReportRow } from './figures.js';

export interface Report {
  machine: string;
  runs: number;
  rows: ReportRow[];
}

/** Reads a report that `--json` wrote. @throws Error that says what is wrong with the text */
export function parseReport(text: string): Report {
  const report = JSON.parse(text) as Partial<Report> | null;
  if (!Array.isArray(report?.rows)) throw new Error('expected an object with rows, as --json writes it');
  return report as Report;
}
