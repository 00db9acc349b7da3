import { parseArgs } from 'node:util';
import { StartError } from '../../scripts/lib/start-error.mjs';
import { BENCH_NAMES, isBenchName, type BenchName } from './bench-names.js';

/** How much is measured. */
export interface BenchSizes {
  /** Executions in the history whose filters are measured. */
  historyRows: number;
}

export interface BenchOptions extends BenchSizes {
  only: readonly BenchName[];
  runs: number;
  /** Write the report here, as JSON. */
  json: string | null;
  /** Compare with the report in this file. */
  compare: string | null;
}

const DEFAULT_RUNS = 5;
const MAX_RUNS = 100;
const DEFAULT_HISTORY_ROWS = 1_000_000;
const FULL_HISTORY_ROWS = 10_000_000;

export const BENCH_HELP = `npm run bench [-- options]: measures how fast Proctor is, beside bare programs that do the least of the same work in
the same run, and how much processor time of each process and how many commits, Redis commands and Kubernetes calls an
execution costs. Linux only. Let nothing else run meanwhile.

  --only A,B      measure only these (below)
  --runs N        repeat each N times, with new processes (default ${DEFAULT_RUNS}), and report the median, minimum and maximum
  --json FILE     write the report as JSON too
  --compare FILE  show what has changed since the report in FILE
  --history-rows N  executions in the history (default ${DEFAULT_HISTORY_ROWS}); the limit that is promised is ${FULL_HISTORY_ROWS}
  --help          show this help

What can be measured: ${BENCH_NAMES.join(', ')}.
docs/performance.md explains the rows.
`;

/** @returns null for --help @throws StartError that names the invalid option */
export function parseBenchOptions(args: readonly string[]): BenchOptions | null {
  const { help, ...values } = parse(args);
  if (help) return null;
  const runs = count('--runs', values.runs, DEFAULT_RUNS, MAX_RUNS);
  const historyRows = count(
    '--history-rows',
    values['history-rows'],
    DEFAULT_HISTORY_ROWS,
    10 * FULL_HISTORY_ROWS,
  );
  const only = values.only.length > 0 ? values.only.flatMap(parseNames) : BENCH_NAMES;
  return {
    only: [...new Set(only)],
    runs,
    historyRows,
    json: values.json ?? null,
    compare: values.compare ?? null,
  };
}

function parseNames(text: string): BenchName[] {
  return text.split(',').map((name) => {
    if (isBenchName(name)) return name;
    throw new StartError(`--only expects some of ${BENCH_NAMES.join(', ')}; got "${name}"`);
  });
}

function count(option: string, text: string | undefined, otherwise: number, max: number): number {
  if (text === undefined) return otherwise;
  const number = Number(text);
  if (/^\d+$/.test(text) && number >= 1 && number <= max) return number;
  throw new StartError(`${option} expects a whole number from 1 to ${max}; got "${text}"`);
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        only: { type: 'string', multiple: true, default: [] },
        runs: { type: 'string' },
        'history-rows': { type: 'string' },
        json: { type: 'string' },
        compare: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    throw new StartError((error as Error).message);
  }
}
