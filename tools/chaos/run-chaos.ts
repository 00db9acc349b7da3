import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { dim, say, step } from '../../scripts/lib/progress.mjs';
import { projectDir, proctorFolder } from '../../scripts/lib/project.mjs';
import { check, collectEvidence, drain, type Violation } from './check/index.js';
import { effectsOf } from './fault-effects.js';
import { planFaults } from './faults/plan-faults.js';
import { runFaults } from './faults/run-faults.js';
import { listWaits } from './list-waits.js';
import { Gateways } from './load/gateways.js';
import { runLoad } from './load/run-load.js';
import { startSchedules, stopSchedules } from './load/schedules.js';
import { setUpLoad } from './load/set-up-load.js';
import type { ChaosOptions } from './options.js';
import { Random } from '../random.js';
import type { ChaosRecord, Submission } from './record.js';
import { summarize, type Summary } from './summary.js';
import { sampleMemory, watchMemory } from './world/memory.js';
import { startWorld, type World } from './world/start-world.js';

export interface ChaosResult {
  summary: Summary;
  violations: Violation[];
  /** The folder of evidence and logs; null: not kept. */
  folder: string | null;
}

/** For executions whose clients have not seen the end when the load is over. */
const ENDS_WITHIN_MS = 240_000;

/** Starts everything, injects faults under load, drains, and checks the promises. */
export async function runChaos(options: ChaosOptions, stop: AbortSignal): Promise<ChaosResult> {
  const folder = proctorFolder('chaos', String(options.seed));
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const world = await step('start Proctor', () => startWorld(folder));
  try {
    const result = await runIn(world, options, stop, folder);
    const isKept = options.isKept || result.violations.length > 0;
    return { ...result, folder: isKept ? relative(projectDir, folder) : null };
  } finally {
    await step('stop Proctor', () => world.close());
  }
}

async function runIn(
  world: World,
  options: ChaosOptions,
  stop: AbortSignal,
  folder: string,
): Promise<Omit<ChaosResult, 'folder'>> {
  const notes: string[] = [];
  const kinds = options.kinds.filter((kind) => kind !== 'postgres disk full' || world.disk !== null);
  if (kinds.length < options.kinds.length)
    notes.push('skipped "postgres disk full": mounting a small disk needs root');
  for (const note of notes) say(`! ${note}`);

  const unwatch = watchMemory(world.services);
  const { record, loadSeconds, stopLoad } = await applyLoad(world, { ...options, kinds }, stop);
  const drainStartedAt = performance.now();
  notes.push(...(await stopLoad()), ...(await drain(world, step)));
  const drainSeconds = secondsSince(drainStartedAt);
  unwatch();

  const sources = { api: world.admin, query: world.query, sandbox: world.sandbox, mails: world.mail.mails };
  const evidence = await step('collect the evidence', () => collectEvidence(record, sources));
  const violations = await step('check the promises', async () => check(evidence));
  const summary = summarize({
    options,
    record,
    scheduled: await countScheduled(world),
    faults: effectsOf(record.faults, listWaits(evidence)),
    peakRssMb: sampleMemory(world.services),
    mails: world.mail.mails.length,
    notes,
    seconds: { load: loadSeconds, drain: drainSeconds },
  });
  writeEvidence(folder, { record, evidence, violations, summary });
  return { summary, violations };
}

interface AppliedLoad {
  record: ChaosRecord;
  loadSeconds: number;
  /** Stops the schedules, and waits until every client has seen the end. @returns the problems, one line each */
  stopLoad: () => Promise<string[]>;
}

/** Runs the load and the faults side by side, until both are over. */
async function applyLoad(world: World, options: ChaosOptions, stop: AbortSignal): Promise<AppliedLoad> {
  const { seed, seconds, rate } = options;
  const gateways = new Gateways(world.gatewayUrls);
  const { users, group, procs, notifiedUsers } = await step('create users and procs', () => setUpLoad(world));
  const schedules = await startSchedules(gateways, users, group, new Random(seed + 3));
  const startedAt = performance.now();
  const log = (line: string) => say(dim(`${secondsSince(startedAt).toFixed(0).padStart(5)} s  ${line}`));
  const onProgress = (active: number, all: readonly Submission[]) => {
    const seen = all.filter(({ seenEnds }) => seenEnds.length > 0).length;
    log(`${all.length} submitted, ${active} active, ${seen} ended`);
  };
  const [load, faults] = await Promise.all([
    runLoad({ seed, seconds, rate, gateways, users, stop, onProgress }),
    runFaults(world, planFaults(options), stop, log),
  ]);
  const { submissions } = load;
  return {
    record: { seed, submissions, schedules, procs, faults, notifiedUsers, crashes: world.crashes },
    loadSeconds: secondsSince(startedAt),
    async stopLoad() {
      const problems = await step('stop the schedules', () => stopSchedules(gateways, users, schedules));
      await step('wait until every client has seen the end', () => load.finish(ENDS_WITHIN_MS));
      return problems;
    },
  };
}

async function countScheduled(world: World): Promise<Record<string, number>> {
  const rows = await world.query<{ status: string; n: string }>(
    'select status, count(*) as n from execution where schedule_id is not null group by status',
  );
  return Object.fromEntries(rows.map(({ status, n }) => [status, Number(n)]));
}

function writeEvidence(folder: string, files: Record<string, unknown>): void {
  for (const [name, content] of Object.entries(files)) {
    const plain = (_: string, value: unknown): unknown =>
      value instanceof Map ? Object.fromEntries(value as Map<string, unknown>) : value;
    writeFileSync(join(folder, `${name}.json`), `${JSON.stringify(content, plain, 1)}\n`);
  }
}

const secondsSince = (at: number) => (performance.now() - at) / 1_000;
