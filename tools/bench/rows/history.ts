import pg from 'pg';
import { fillHistory } from '../../../test/support/history.js';
import { expectStatus } from '../../limits/expect-status.js';
import { quantile, timesOf } from '../../limits/timing.js';
import type { BenchSizes } from '../bench-options.js';
import type { Figures, Row } from '../figures.js';
import { startBenchSystem } from '../harness/bench-system.js';
import { cpuFigures } from '../harness/load.js';

const READS = 40;
const MINUTE_MS = 60_000;

/** Rows that the history is old at this part of it: there is one a minute. */
const ago = (rows: number, part: number) => new Date(Date.now() - rows * part * MINUTE_MS).toISOString();

/** What people ask the history for. `fillHistory` says what is common and what is rare. */
const filtersOf = (rows: number): Record<string, Record<string, string>> => ({
  'no filter': {},
  'common proc': { proc: 'proc-0' },
  'rare proc': { proc: 'proc-rare' },
  'common user': { user: 'user-0@example.org' },
  'rare user': { user: 'user-rare@example.org' },
  'common status': { status: 'FINISHED' },
  'rare old status': { status: 'FETCH_POD_LOG_FAILED' },
  'live status': { status: 'POD_READY' },
  'several statuses': { status: 'POD_FAILED,TIMED_OUT,CANCELLED' },
  schedule: { schedule: '7' },
  'rare schedule': { schedule: '99' },
  since: { since: ago(rows, 0.01) },
  until: { until: ago(rows, 0.98) },
  'a week': {
    since: ago(rows, 0.5),
    until: new Date(Date.parse(ago(rows, 0.5)) + 7 * 1_440 * MINUTE_MS).toISOString(),
  },
  'proc and user': { proc: 'proc-0', user: 'user-7@example.org' },
  'common proc and rare user': { proc: 'proc-0', user: 'user-rare@example.org' },
  'proc and rare status': { proc: 'proc-0', status: 'REQUIREMENT_NOT_MET' },
  'user and status': { user: 'user-0@example.org', status: 'POD_FAILED' },
});

/** A page of the history by each filter, against Postgres reading as many rows by their primary key. */
export async function history({ historyRows }: BenchSizes): Promise<Row[]> {
  const system = await startBenchSystem({ workers: 0 });
  const db = new pg.Client({ connectionString: system.databaseUrl() });
  try {
    await db.connect();
    await fillHistory(system, historyRows);
    const { 'p50 ms': p50, 'p99 ms': p99 } = await measure(system.cpuMs, () =>
      db.query('select * from execution where id >= (select min(id) from execution) order by id limit 50'),
    );
    const bare = { 'p50 ms': p50!, 'p99 ms': p99! };
    const rows: Row[] = [];
    for (const [name, filter] of Object.entries(filtersOf(historyRows))) {
      const path = `/execution?${new URLSearchParams({ limit: '50', ...filter }).toString()}`;
      const read = async () => expectStatus(await system.api.request('GET', path), 200);
      const figures = await measure(system.cpuMs, read);
      rows.push({ name: `history of ${historyRows.toLocaleString('en')}: ${name}`, figures, bare });
    }
    return rows;
  } finally {
    await db.end();
    await system.stop();
  }
}

async function measure(cpuMs: () => Record<string, number>, read: () => Promise<unknown>): Promise<Figures> {
  await read();
  const before = cpuMs();
  const times = await timesOf(READS, read);
  return {
    'p50 ms': quantile(times, 0.5),
    'p99 ms': quantile(times, 0.99),
    ...cpuFigures(before, cpuMs(), READS),
  };
}
