import { parseArgs } from 'node:util';
import { StartError } from '../../scripts/lib/start-error.mjs';
import { BENCH_NAMES, isBenchName, type BenchName } from './bench-names.js';

export interface BenchOptions {
  only: readonly BenchName[];
  runs: number;
  /** Write the report here, as JSON. */
  json: string | null;
  /** Compare with the report in this file. */
  compare: string | null;
}

const DEFAULT_RUNS = 5;
const MAX_RUNS = 100;

export const BENCH_HELP = `npm run bench [-- options]: measures how fast Proctor is, beside bare programs that do the least of the same work in
the same run, and how much processor time of each process and how many commits, Redis commands and Kubernetes calls an
execution costs. Linux only. Let nothing else run meanwhile.

  --only A,B      measure only these (below)
  --runs N        repeat each N times, with new processes (default ${DEFAULT_RUNS}), and report the median, minimum and maximum
  --json FILE     write the report as JSON too
  --compare FILE  show what has changed since the report in FILE
  --help          show this help

What can be measured: ${BENCH_NAMES.join(', ')}.
docs/performance.md explains the rows.
`;

/** @returns null for --help @throws StartError that names the invalid option */
export function parseBenchOptions(args: readonly string[]): BenchOptions | null {
  const { help, ...values } = parse(args);
  if (help) return null;
  const runs = Number(values.runs ?? DEFAULT_RUNS);
  if (!Number.isInteger(runs) || runs < 1 || runs > MAX_RUNS) {
    throw new StartError(`--runs expects a whole number from 1 to ${MAX_RUNS}; got "${values.runs}"`);
  }
  const only = values.only.length > 0 ? values.only.flatMap(parseNames) : BENCH_NAMES;
  return { only: [...new Set(only)], runs, json: values.json ?? null, compare: values.compare ?? null };
}

function parseNames(text: string): BenchName[] {
  return text.split(',').map((name) => {
    if (isBenchName(name)) return name;
    throw new StartError(`--only expects some of ${BENCH_NAMES.join(', ')}; got "${name}"`);
  });
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        only: { type: 'string', multiple: true, default: [] },
        runs: { type: 'string' },
        json: { type: 'string' },
        compare: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    throw new StartError((error as Error).message);
  }
}
