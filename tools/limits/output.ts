import { createInterface } from 'node:readline';
import { readStatus } from './process-memory.js';
import { startCli } from '../../test/support/run-cli.js';
import { tempDir } from '../../test/support/servers.js';
import type { LimitsSystem } from './limits-system.js';
import { LineChecker } from './line-checker.js';
import type { Findings, Scenario } from './scenario.js';
import { seconds } from './timing.js';

interface Size {
  bytes: number;
  /** `PROCTOR_LOG_LIMIT_BYTES` */
  limitBytes: number;
  withinMs: number;
}

/** Including the newline. */
export const LINE_BYTES = 100;
const MIB = 1024 * 1024;
const MAX_CLI_MIB = 200;

export const output: Scenario<Size> = {
  name: 'output',
  describe: ({ bytes }) => `A proc prints ${Math.round(bytes / 1e6)} MB as fast as it can`,
  full: { bytes: 200_000_000, limitBytes: 10 * MIB, withinMs: 600_000 },
  short: { bytes: 20_000_000, limitBytes: 2 * MIB, withinMs: 60_000 },
  system: ({ limitBytes }) => ({ workers: 1, env: { PROCTOR_LOG_LIMIT_BYTES: String(limitBytes) } }),
  boundsMiB: { gateway: 450, scheduler: 300, 'executor-worker': 600, notifier: 300 },
  run,
};

async function run(system: LimitsSystem, size: Size, findings: Findings): Promise<void> {
  const lines = size.bytes / LINE_BYTES;
  const startedAt = performance.now();
  // The pause lets the viewers connect before the first line.
  const { id } = await system.api.run(`sleep 3; ${printLines(1, lines)}`);
  const live = new LineChecker();
  const cli = followByCli(system, id);
  const streamed = system.api.stream(id, ({ text }) => live.take(text), { keep: false });
  const end = await system.api.end(id, size.withinMs);
  const ranMs = performance.now() - startedAt;
  await Promise.all([streamed, cli.done]);
  const tookMs = performance.now() - startedAt;
  findings.check(
    'the execution succeeds',
    end.status === 'FINISHED',
    `${end.status} after ${seconds(ranMs)}`,
  );
  findings.figure('rate', `${(size.bytes / 1e6 / (ranMs / 1_000)).toFixed(1)} MB/s`);
  for (const [who, got] of [['a live viewer', live] as const, ['the CLI', cli.lines] as const]) {
    findings.check(
      `${who} gets lines in order, each once, up to the last one`,
      got.isInOrder && got.last === lines,
      got.describe(),
    );
    findings.check(`${who} misses lines only after a marker`, got.isMarked, got.describeGaps());
  }
  findings.checkTime('viewers finish soon after the execution', tookMs - ranMs, 30_000);
  findings.check(
    'the CLI needs little memory',
    cli.peakMiB() < MAX_CLI_MIB,
    `${Math.round(cli.peakMiB())} MiB`,
  );
  await checkStored(system, id, { ...size, lines }, findings);
}

/** A shell command that prints numbered lines of equal length. */
export function printLines(from: number | string, to: number | string): string {
  return `seq -f '%010.0f ${'x'.repeat(LINE_BYTES - 12)}' ${from} ${to}`;
}

async function checkStored(
  system: LimitsSystem,
  id: number,
  { limitBytes, lines }: { limitBytes: number; lines: number },
  findings: Findings,
): Promise<void> {
  const text = await system.api.log(id);
  const stored = new LineChecker();
  for (const line of text.trimEnd().split('\n')) stored.take(line);
  findings.check(
    'head and tail are stored, with a marker between them',
    stored.isInOrder && stored.isMarked && stored.cuts === 1 && stored.last === lines,
    stored.describe(),
  );
  findings.check(
    'the stored log is within the limit',
    text.length <= limitBytes * 1.05 && text.length > limitBytes * 0.7,
    `${(text.length / MIB).toFixed(1)} MiB of ${(limitBytes / MIB).toFixed(1)} MiB`,
  );
}

function followByCli(system: LimitsSystem, id: number) {
  const folder = tempDir();
  const url = new URL(system.gatewayUrl);
  const { email, token } = system.api.identity;
  const child = startCli(['logs', String(id)], {
    LOCAL_CONFIG_DIR: folder.path,
    PROCTOR_HOST: url.host,
    EMAIL_ID: email,
    ACCESS_TOKEN: token,
  });
  const lines = new LineChecker();
  let peakBytes = 0;
  let errors = '';
  createInterface({ input: child.stdout }).on('line', (line) => lines.take(line));
  child.stderr.on('data', (text: Buffer) => (errors = `${errors}${text.toString()}`.slice(-2_000)));
  const sampler = setInterval(() => {
    peakBytes = Math.max(peakBytes, readStatus(child.pid ?? 0, 'VmHWM') ?? 0);
  }, 100);
  const done = new Promise<void>((resolve, reject) => {
    child.once('close', (code) => {
      clearInterval(sampler);
      folder.remove();
      if (code === 0) resolve();
      else reject(new Error(`proctor logs exited with ${code}: ${errors}`));
    });
  });
  return { lines, done, peakMiB: () => peakBytes / MIB };
}
