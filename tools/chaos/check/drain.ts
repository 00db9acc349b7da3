import { setTimeout as sleep } from 'node:timers/promises';
import { readLeftovers } from './read-cluster.js';
import type { Query, Sources } from './sources.js';

type DrainSources = Pick<Sources, 'query' | 'sandbox'>;

/** Gives up after this long without progress. Workers keep a finished Job for about 22 s and sweep every 10 s. */
const MAX_STALL_MS = 90_000;
const POLL_INTERVAL_MS = 500;

/** In this order: each phase depends on the one before. */
const PHASES: Record<string, (sources: DrainSources) => Promise<number>> = {
  'unfinished executions': ({ query }) =>
    count(query, 'select count(*)::int as n from execution where ended_at is null'),
  'pending notifications': ({ query }) =>
    count(
      query,
      `select ((select count(*) from notification where spread_at is null)
             + (select count(*) from delivery where state = 'pending'))::int as n`,
    ),
  'objects in the cluster': async ({ sandbox }) => (await readLeftovers(sandbox)).length,
};

/**
 * Waits until every execution has ended, every notification is sent or has failed, and the cluster is empty. Stop the
 * load first. The checker reports what is left.
 * @param step wraps the wait of each phase
 * @returns what is left, one line per phase
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

/** Waits as long as the count decreases. @returns how much is left */
async function waitUntilNone(countLeft: () => Promise<number>): Promise<number> {
  let lowest = Infinity;
  for (let deadline = performance.now() + MAX_STALL_MS; ; await sleep(POLL_INTERVAL_MS)) {
    const left = await countLeft().catch(() => lowest);
    if (left === 0) return 0;
    if (left < lowest) {
      lowest = left;
      deadline = performance.now() + MAX_STALL_MS;
    }
    if (performance.now() > deadline) return left;
  }
}

async function count(query: Query, sql: string): Promise<number> {
  const [row] = await query<{ n: number }>(sql);
  if (!row) throw new Error('the database returned no row');
  return row.n;
}
