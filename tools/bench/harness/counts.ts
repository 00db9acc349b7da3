import { setTimeout as sleep } from 'node:timers/promises';
import type { Figures } from '../figures.js';
import type { Observer } from './observer.js';
import type { RedisMonitor } from './redis-monitor.js';
import type { SegmentWatch } from './tcp-segments.js';

/** What is counted, in total, at one time. */
export interface Counts {
  atMs: number;
  totals: Figures;
}

export interface CountSources {
  observer: Observer;
  redis: RedisMonitor;
  segments?: SegmentWatch;
  /** By their kind, as `create jobs`. */
  kubernetesCalls: () => Promise<Record<string, number>>;
}

/** Before the names of single kinds. */
const CALLS = 'calls: ';

/** Postgres' sessions keep their statistics for up to 10 s after they have become idle. */
const STATISTICS_DELAY_MS = 10_500;

/** Requests for executions that ended about a minute before: they would be counted for others. */
const LATER = ['delete jobs'];

/** Waits until everything so far is in the statistics. */
export async function readCounts(sources: CountSources): Promise<Counts> {
  await sleep(STATISTICS_DELAY_MS);
  const { observer, redis, segments, kubernetesCalls } = sources;
  const calls = Object.entries(await kubernetesCalls()).filter(([kind]) => !LATER.includes(kind));
  const [row] = await observer.query<Record<string, string>>(
    `select xact_commit as commits, pg_snapshot_xmax(pg_current_snapshot())::text as writing,
       pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0') as wal_bytes, n_tup_upd as updates, n_tup_hot_upd as hot
     from pg_stat_database, pg_stat_user_tables where datname = current_database() and relname = 'execution'`,
  );
  const { commits, writing, wal_bytes: walBytes, updates, hot } = row!;
  return {
    atMs: performance.now(),
    totals: {
      commits: Number(commits),
      'commits that write': Number(writing),
      'WAL KiB': Number(walBytes) / 1_024,
      'updates of its row': Number(updates),
      'updates not HOT': Number(updates) - Number(hot),
      'Redis commands': redis.commands,
      'Redis commands in scripts': redis.inScripts,
      'Kubernetes calls': calls.reduce((sum, [, count]) => sum + count, 0),
      ...Object.fromEntries(calls.map(([kind, count]) => [`${CALLS}${kind}`, count])),
      ...(segments && { 'TCP segments with data': await segments.read() }),
    },
  };
}

/** How much was counted between two times per second. Pure. */
export function perSecond(from: Counts, to: Counts): Figures {
  const seconds = (to.atMs - from.atMs) / 1_000;
  return mapFigures(to.totals, (total, name) => (total - (from.totals[name] ?? 0)) / seconds);
}

/** How much was counted for each of `operations`, without what is counted when nothing happens. Pure. */
export function perOperation(from: Counts, to: Counts, operations: number, idlePerSecond: Figures): Figures {
  const seconds = (to.atMs - from.atMs) / 1_000;
  return mapFigures(
    to.totals,
    (total, name) => (total - (from.totals[name] ?? 0) - (idlePerSecond[name] ?? 0) * seconds) / operations,
  );
}

function mapFigures(figures: Figures, change: (value: number, name: string) => number): Figures {
  const changed = Object.entries(figures).map(([name, value]) => [name, change(value, name)] as const);
  return Object.fromEntries(changed.filter(([name, value]) => value !== 0 || !name.startsWith(CALLS)));
}
