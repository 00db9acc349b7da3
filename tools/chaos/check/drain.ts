import { setTimeout as sleep } from 'node:timers/promises';
import { readLeftovers } from './read-cluster.js';
import type { Query, Sources } from './sources.js';

type DrainSources = Pick<Sources, 'query' | 'sandbox'>;

/** Given up when for so long nothing became less. Workers keep a finished Job for about 22 s and sweep every 10 s. */
const PATIENCE_MS = 90_000;
const LOOK_INTERVAL_MS = 500;

/** In this order: what comes later follows from what comes before. */
const PHASES: Record<string, (sources: DrainSources) => Promise<number>> = {
  'executions that go on': ({ query }) =>
    count(query, 'select count(*)::int as n from execution where ended_at is null'),
  'notifications on their way': ({ query }) =>
    count(
      query,
      `select ((select count(*) from notification where spread_at is null)
             + (select count(*) from delivery where state = 'pending'))::int as n`,
    ),
  'objects left in the cluster': async ({ sandbox }) => (await readLeftovers(sandbox)).length,
};

/**
 * Waits until nothing goes on any more: every execution has ended, every notification is sent or given up, and the
 * cluster is empty. Stop what makes new work first. What is left is for the checker to find.
 * @param step surrounds the wait for each of them
 * @returns what still goes on, a line each
 */
export async function drain(
  sources: DrainSources,
  step: (what: string, wait: () => Promise<number>) => Promise<number> = (_, wait) => wait(),
): Promise<string[]> {
  const left: string[] = [];
  for (const [what, countLeft] of Object.entries(PHASES)) {
    const n = await step(`wait until there are no ${what}`, () => waitUntilNone(() => countLeft(sources)));
    if (n > 0) left.push(`${n} ${what}`);
  }
  return left;
}

/** Waits while it becomes less, until there is nothing. @returns how much is left (0: it is over) */
async function waitUntilNone(countLeft: () => Promise<number>): Promise<number> {
  let least = Infinity;
  for (let givenUpAt = performance.now() + PATIENCE_MS; ; await sleep(LOOK_INTERVAL_MS)) {
    const left = await countLeft().catch(() => least);
    if (left === 0) return 0;
    if (left < least) {
      least = left;
      givenUpAt = performance.now() + PATIENCE_MS;
    }
    if (performance.now() > givenUpAt) return left;
  }
}

async function count(query: Query, sql: string): Promise<number> {
  const [row] = await query<{ n: number }>(sql);
  if (!row) throw new Error('the database gave no row');
  return row.n;
}
