import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tempDir } from '../../../test/support/servers.js';
import { printLines, LINE_BYTES } from '../../limits/output.js';
import { quantile } from '../../limits/timing.js';
import { RATE, type Figures, type Row } from '../figures.js';
import { startBenchSystem, type BenchSystem } from '../harness/bench-system.js';
import { cpuFigures } from '../harness/load.js';
import { runExecutions } from '../harness/run-executions.js';
import { printTimes } from './print-times.js';

const LINES = 300_000;
const VIEWED_LINES = 100;

/** Lines of a log on their way to Postgres, against COPY of the same lines; and to a viewer. */
export async function log(): Promise<Row[]> {
  const system = await startBenchSystem({ workers: 1, env: { PROCTOR_LOG_LIMIT_BYTES: '1000000000' } });
  try {
    await runExecutions(system.api, system, printLines(1, 10_000), 1);
    const figures = await measureLines(system);
    const bare = await measureCopy(system);
    return [
      { name: `a line of ${LINE_BYTES} bytes to Postgres`, figures, bare },
      { name: 'a line to a viewer', figures: await measureViewer(system) },
    ];
  } finally {
    await system.stop();
  }
}

async function measureLines(system: BenchSystem): Promise<Figures> {
  return await measure(system, () => runExecutions(system.api, system, printLines(1, LINES), 1));
}

async function measureCopy(system: BenchSystem): Promise<Figures> {
  const folder = tempDir();
  try {
    // Postgres reads it, which may be another user.
    chmodSync(folder.path, 0o711);
    const file = join(folder.path, 'lines');
    const filler = 'x'.repeat(LINE_BYTES - 12);
    const lines = Array.from({ length: LINES }, (_, at) => {
      const number = String(at + 1);
      return `1\t${number}\t${number.padStart(10, '0')} ${filler}\n`;
    });
    writeFileSync(file, lines.join(''));
    await system.query(
      'create table bare_log (execution_id bigint, seq bigint, line text, primary key (execution_id, seq))',
    );
    return await measure(system, () => system.query(`copy bare_log from '${file}'`));
  } finally {
    folder.remove();
  }
}

async function measure(system: BenchSystem, work: () => Promise<unknown>): Promise<Figures> {
  const before = system.cpuMs();
  const startedAt = performance.now();
  await work();
  const seconds = (performance.now() - startedAt) / 1_000;
  const rate = LINES / seconds;
  return {
    [RATE]: rate,
    'MB per second': (rate * LINE_BYTES) / 1e6,
    ...cpuFigures(before, system.cpuMs(), LINES),
  };
}

async function measureViewer(system: BenchSystem): Promise<Figures> {
  const { id } = await system.api.run(`sleep 1; ${printTimes(VIEWED_LINES, 0.1)}`);
  const delaysMs = (await system.api.stream(id)).map(({ text, atMs }) => atMs - Number(text));
  return { 'p50 ms': quantile(delaysMs, 0.5), 'p99 ms': quantile(delaysMs, 0.99) };
}
