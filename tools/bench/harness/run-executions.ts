import { until, type ApiClient } from '../../../test/support/api-client.js';
import { atOnce } from '../../limits/at-once.js';
import { quantile } from '../../limits/timing.js';
import { RATE, type Figures } from '../figures.js';
import type { BenchSystem } from './bench-system.js';
import { cpuFigures } from './load.js';

export const SUBMITTERS = 8;

/** Runs a script `count` times, submitted by 8 clients, and measures from the first request until all have ended. */
export async function measureExecutions(
  system: BenchSystem,
  script: string,
  count: number,
): Promise<Figures> {
  const before = system.cpuMs();
  const startedAt = performance.now();
  const ids = await runExecutions(system.api, system, script, count);
  const tookMs = performance.now() - startedAt;
  const cpu = cpuFigures(before, system.cpuMs(), count);
  const times = await system.query<{ ms: number }>(
    'select extract(epoch from ended_at - created_at)::float8 * 1000 as ms from execution where id = any($1)',
    [ids],
  );
  const [p50, p99] = [0.5, 0.99].map((share) =>
    quantile(
      times.map(({ ms }) => ms),
      share,
    ),
  );
  return { [RATE]: (count / tookMs) * 1_000, 'p50 ms': p50!, 'p99 ms': p99!, ...cpu };
}

/** @returns their ids, once all have succeeded */
export async function runExecutions(
  api: ApiClient,
  database: Pick<BenchSystem, 'query'>,
  script: string,
  count: number,
): Promise<number[]> {
  const ids: number[] = [];
  await atOnce(count, SUBMITTERS, async (at) => {
    ids[at] = (await api.run(script)).id;
  });
  let live = count;
  await until(
    async () => (live = await countLive(database)) === 0,
    60_000 + count * 500,
    () => `all executions to end; ${live} have not`,
  );
  const [failed] = await database.query<{ n: number }>(
    `select count(*)::int as n from execution where id = any($1) and status <> 'FINISHED'`,
    [ids],
  );
  if (failed!.n > 0) throw new Error(`${failed!.n} of ${count} executions failed`);
  return ids;
}

async function countLive(database: Pick<BenchSystem, 'query'>): Promise<number> {
  const [row] = await database.query<{ n: number }>(
    'select count(*)::int as n from execution where ended_at is null',
  );
  return row!.n;
}
