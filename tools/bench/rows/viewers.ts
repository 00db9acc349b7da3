import { setTimeout as sleep } from 'node:timers/promises';
import { quantile } from '../../limits/timing.js';
import { RATE, type Row } from '../figures.js';
import { startBenchSystem } from '../harness/bench-system.js';
import { cpuFigures } from '../harness/load.js';
import { printTimes } from './print-times.js';

const VIEWERS = 1_000;
const LINES = 100;
const CONNECT_MS = 15_000;

/** One execution with 1,000 live viewers. An operation is a line that reaches a viewer. */
export async function viewers(): Promise<Row[]> {
  const system = await startBenchSystem({ workers: 1 });
  try {
    const { id } = await system.api.run(`sleep ${CONNECT_MS / 1_000}; ${printTimes(LINES, 0.1)}`);
    const delaysMs: number[] = [];
    const streams = Array.from({ length: VIEWERS }, async (_, at) => {
      // One after another: connecting is not what is measured.
      await sleep((at / VIEWERS) * (CONNECT_MS / 2));
      await system.api.stream(id, ({ text, atMs }) => delaysMs.push(atMs - Number(text)), { keep: false });
    });
    const ended = Promise.all(streams);
    while (delaysMs.length === 0) await sleep(50);
    const before = system.cpuMs();
    const startedAt = performance.now();
    await ended;
    const tookMs = performance.now() - startedAt;
    const figures = {
      [RATE]: (delaysMs.length / tookMs) * 1_000,
      'p50 ms': quantile(delaysMs, 0.5),
      'p99 ms': quantile(delaysMs, 0.99),
      ...cpuFigures(before, system.cpuMs(), delaysMs.length),
    };
    return [{ name: `a line to each of ${VIEWERS.toLocaleString('en')} live viewers`, figures }];
  } finally {
    await system.stop();
  }
}
