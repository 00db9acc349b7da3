import type { Run } from './run-scenario.js';
import { seconds } from './timing.js';

/** The findings as text for a terminal. */
export function renderRuns(runs: readonly Run[]): string {
  return `\n${runs.map(renderRun).join('\n')}\n${renderVerdict(runs)}\n`;
}

function renderRun({ title, tookMs, checks, figures, memory }: Run): string {
  const rows = [
    ...checks.map(({ what, holds, found }) => [holds ? '✔' : '✘', what, found]),
    ...figures
      .filter(({ what }) => !what.startsWith('memory of'))
      .map(({ what, value }) => [' ', what, value]),
    ...memory.map(({ name, startMiB, peakMiB }) => [
      ' ',
      `peak memory of ${name}`,
      `${Math.round(peakMiB)} MiB (${Math.round(startMiB)} MiB at start)`,
    ]),
  ];
  const width = Math.max(...rows.map(([, what]) => what?.length ?? 0));
  const lines = rows.map(([mark, what, found]) => `  ${mark} ${what?.padEnd(width)}  ${found}`);
  return `${title} (${seconds(tookMs)})\n${lines.join('\n')}\n`;
}

function renderVerdict(runs: readonly Run[]): string {
  const failed = runs.flatMap(({ scenario, checks }) =>
    checks.filter(({ holds }) => !holds).map(({ what }) => `${scenario}: ${what}`),
  );
  return failed.length === 0
    ? 'All checks passed.'
    : `Failed:\n${failed.map((what) => `  ${what}`).join('\n')}`;
}
