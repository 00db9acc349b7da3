import { readFileSync, writeFileSync } from 'node:fs';
import { prepareProject } from '../../scripts/lib/prepare-project.mjs';
import { duration, say } from '../../scripts/lib/progress.mjs';
import { StartError } from '../../scripts/lib/start-error.mjs';
import { BENCH_HELP, parseBenchOptions } from './bench-options.js';
import { renderComparison } from './compare.js';
import { summarize, type Row } from './figures.js';
import { describeMachine } from './machine.js';
import { renderReport } from './render-report.js';
import { parseReport, type Report } from './report.js';

const INTERRUPTED = 130;

/** `npm run bench`. @returns the exit status @throws StartError for an invalid option */
export async function main(args: readonly string[]): Promise<number> {
  const options = parseBenchOptions(args);
  if (options === null) process.stdout.write(BENCH_HELP);
  if (options === null) return 0;
  const before = options.compare === null ? null : readReport(options.compare);
  await prepareProject();
  // Imports the generated client, which prepareProject has just written.
  const { BENCHES } = await import('./benches.js');
  const { stopBenchSystems } = await import('./harness/bench-system.js');
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void stopBenchSystems().finally(() => process.exit(INTERRUPTED)));
  }
  const runs: Row[][] = Array.from({ length: options.runs }, () => []);
  for (const name of options.only) {
    for (const [at, rows] of runs.entries()) {
      const startedAt = performance.now();
      rows.push(...(await BENCHES[name](options)));
      say(`${name}, run ${at + 1} of ${runs.length}: ${duration(performance.now() - startedAt)}`);
    }
  }
  const report: Report = { machine: describeMachine(), runs: runs.length, rows: summarize(runs) };
  if (options.json !== null) writeFileSync(options.json, `${JSON.stringify(report, null, 2)}\n`);
  say(`\n${renderReport(report)}`);
  if (before !== null) say(`\nChanges:\n\n${renderComparison(before.rows, report.rows)}`);
  return 0;
}

/** Before the runs, which take long. */
function readReport(file: string): Report {
  try {
    return parseReport(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new StartError(`--compare ${file}: ${(error as Error).message}`);
  }
}
