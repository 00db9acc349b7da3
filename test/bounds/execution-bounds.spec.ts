import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readCounts, type Counts, type CountSources } from '../../tools/bench/harness/counts.js';
import { Observer } from '../../tools/bench/harness/observer.js';
import { RedisMonitor } from '../../tools/bench/harness/redis-monitor.js';
import { runExecutions } from '../../tools/bench/harness/run-executions.js';
import { startSystem, type System } from '../support/system.js';
import { BOUNDS, IDLE_PER_SECOND } from './bounds.js';

const LONE = 10;
const AT_ONCE = 150;
/** On a busy machine batches are smaller, and an execution costs more: it must meet its bounds in one of these rounds. */
const MAX_ROUNDS = 3;

let system: System;
let observer: Observer;
let redis: RedisMonitor;

beforeAll(async () => {
  // Long enough that the worker sees each step of a container, also on a busy machine.
  system = await startSystem({ workers: 1, notifier: true, sandbox: { nullContainers: { runMs: 300 } } });
  observer = await Observer.open(system.databaseUrl());
  redis = await RedisMonitor.start(system.redis.port);
}, 120_000);
afterAll(async () => {
  redis?.stop();
  await observer?.close();
  await system?.stop();
}, 60_000);

describe('an execution costs no more commits, Redis commands and Kubernetes calls than its bounds', () => {
  it('alone', async () => {
    await run(3);
    const runLone = async () => {
      for (let at = 0; at < LONE; at++) await run(1);
    };
    expect(await leastExcess('alone', LONE, runLone)).toEqual([]);
  }, 240_000);

  it('one of many at once', async () => {
    expect(await leastExcess('at once', AT_ONCE, () => run(AT_ONCE))).toEqual([]);
  }, 240_000);
});

const run = (count: number) => runExecutions(system.api, observer, 'true', count);

async function leastExcess(
  how: keyof typeof BOUNDS,
  executions: number,
  runAll: () => Promise<unknown>,
): Promise<string[]> {
  const sources: CountSources = {
    observer,
    redis,
    kubernetesCalls: () => Promise.resolve(system.sandbox.requests().requests),
  };
  let excess: string[] = [];
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const from = await readCounts(sources);
    await runAll();
    excess = findExcess(how, from, await readCounts(sources), executions);
    if (excess.length === 0) break;
  }
  return excess;
}

function findExcess(how: keyof typeof BOUNDS, from: Counts, to: Counts, executions: number): string[] {
  const seconds = (to.atMs - from.atMs) / 1_000;
  return Object.entries(BOUNDS[how]).flatMap(([name, bound]) => {
    const counted = to.totals[name]! - from.totals[name]! - (IDLE_PER_SECOND[name] ?? 0) * seconds;
    const each = counted / executions;
    return each > bound ? [`${how}: ${each.toFixed(2)} ${name}, expected at most ${bound}`] : [];
  });
}
