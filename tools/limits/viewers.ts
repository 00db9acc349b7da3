import { until } from '../../test/support/api-client.js';
import { atOnce } from './at-once.js';
import { createGate } from './gate.js';
import type { LimitsSystem } from './limits-system.js';
import { printLines } from './output.js';
import type { Findings, Scenario } from './scenario.js';
import { describeTimes, quantile, seconds } from './timing.js';
import { Viewer } from './viewer.js';

interface Size {
  viewers: number;
  /** Printed one per second. */
  bursts: number;
  linesPerBurst: number;
  patienceSeconds: number;
  /** From the first viewer that has a burst to the last one. */
  maxLagMs: number;
}

export const viewers: Scenario<Size> = {
  name: 'viewers',
  describe: ({ viewers }) => `${viewers} viewers follow one execution, and one of them never reads`,
  full: { viewers: 500, bursts: 30, linesPerBurst: 3_000, patienceSeconds: 60, maxLagMs: 5_000 },
  short: { viewers: 50, bursts: 10, linesPerBurst: 9_000, patienceSeconds: 5, maxLagMs: 5_000 },
  system: ({ patienceSeconds }) => ({
    workers: 1,
    env: {
      PROCTOR_LOGS_STREAM_PATIENCE_SECONDS: String(patienceSeconds),
      // Store the whole log.
      PROCTOR_LOG_LIMIT_BYTES: String(32 * 1024 * 1024),
      // The gateway logs a dropped viewer at this level.
      PROCTOR_LOG_LEVEL: 'debug',
    },
  }),
  boundsMiB: { gateway: 500, scheduler: 300, 'executor-worker': 400, notifier: 300 },
  run,
};

async function run(system: LimitsSystem, size: Size, findings: Findings): Promise<void> {
  const gate = createGate();
  const all: Viewer[] = [];
  try {
    const lines = size.bursts * size.linesPerBurst;
    const bursts = Array.from({ length: size.bursts }, (_, at) =>
      printLines(at * size.linesPerBurst + 1, (at + 1) * size.linesPerBurst),
    );
    const { id } = await system.api.run([gate.wait, bursts.join('; sleep 1; ')].join('; '));
    await system.api.waitForStatus(id, 'POD_READY');
    const connectedIn = performance.now();
    await atOnce(size.viewers, 50, async (at) => {
      all[at] = await Viewer.connect(system, id, { lines, linesPerBurst: size.linesPerBurst });
    });
    findings.figure('all are connected after', seconds(performance.now() - connectedIn));
    const [stuck, ...readers] = all as [Viewer, ...Viewer[]];
    stuck.stopReading();
    const openStreams = await countStreams(system);
    findings.check('all streams are open', openStreams === size.viewers, openStreams);

    const startedAt = performance.now();
    gate.open();
    const stuckEnd = watchStuck(system, size, stuck, startedAt);
    // Awaited below.
    stuckEnd.catch(() => undefined);
    await Promise.race([Promise.all(readers.map((reader) => reader.closed)), stuckEnd.then(() => never())]);
    const tookMs = performance.now() - startedAt;
    findings.figure(
      'printed and received by all in',
      `${seconds(tookMs)} (printed over ${size.bursts - 1} s)`,
    );
    checkReaders(readers, lines, size, findings);
    const { afterMs, code, reason } = await stuckEnd;
    findings.check(
      'a viewer that does not read is dropped, with a reason',
      code === 1013,
      `dropped after ${seconds(afterMs)}, then ${code} "${reason}"`,
    );
    const left = await countStreams(system);
    findings.check('no stream is left open', left === 0, left);
  } finally {
    for (const viewer of all) viewer?.terminate();
    gate.remove();
  }
}

function checkReaders(readers: readonly Viewer[], lines: number, size: Size, findings: Findings): void {
  const wrong = readers.filter((reader) => !reader.isCorrect);
  findings.check(
    'every reading viewer gets every line',
    wrong.length === 0,
    wrong.length === 0
      ? `${readers.length} × ${lines} lines`
      : `${wrong.length} wrong: ${wrong[0]?.describe()}`,
  );
  const lags = lagsOf(readers, size.bursts);
  findings.checkTime(
    'readers keep up',
    quantile(lags, 0.99),
    size.maxLagMs,
    `behind the first: ${describeTimes(lags)}`,
  );
}

function never(): Promise<never> {
  return new Promise(() => undefined);
}

/** Resumes the stuck viewer once the gateway has dropped it. @returns the close code and reason */
async function watchStuck(system: LimitsSystem, size: Size, stuck: Viewer, startedAt: number) {
  const withinMs = (size.bursts + size.patienceSeconds) * 1_000 + 60_000;
  await until(
    async () => /reading too slowly/.test(gatewayOutput(system)),
    withinMs,
    () => 'the stuck viewer to be dropped',
  );
  const afterMs = performance.now() - startedAt;
  stuck.resumeReading();
  return { afterMs, ...(await stuck.closed) };
}

function gatewayOutput(system: LimitsSystem): string {
  return system.services.find(({ name }) => name === 'gateway')?.output() ?? '';
}

async function countStreams(system: LimitsSystem): Promise<number> {
  const text = await (await fetch(`${system.gatewayUrl}/metrics`)).text();
  return Number(/^proctor_log_streams_open(?:\{.*\})? (\d+)/m.exec(text)?.[1] ?? NaN);
}

/** For each burst, how much later than the first viewer each viewer got it. */
function lagsOf(readers: readonly Viewer[], bursts: number): number[] {
  return Array.from({ length: bursts }, (_, burst) => {
    const times = readers.map((reader) => reader.burstAtMs[burst] ?? Infinity);
    const first = Math.min(...times);
    return times.map((time) => time - first);
  }).flat();
}
