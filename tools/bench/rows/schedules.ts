import { until } from '../../../test/support/api-client.js';
import { SCRIPT_PROC } from '../../../test/support/api-client.js';
import { expectStatus } from '../../limits/expect-status.js';
import { quantile } from '../../limits/timing.js';
import { RATE, type Row } from '../figures.js';
import { startBenchSystem, type BenchSystem } from '../harness/bench-system.js';
import { cpuFigures } from '../harness/load.js';

const COUNTS = [1_000, 5_000];
const MINUTE_MS = 60_000;
/** For the copies to be there before the tick. */
const MIN_NOTICE_MS = 10_000;

/** Schedules that are all due at the same time: how late their executions are accepted. Without workers. */
export async function schedules(): Promise<Row[]> {
  const system = await startBenchSystem({ workers: 0 });
  try {
    const rows: Row[] = [];
    for (const count of COUNTS) rows.push(await fireAtOnce(system, count));
    return rows;
  } finally {
    await system.stop();
  }
}

async function fireAtOnce(system: BenchSystem, count: number): Promise<Row> {
  const tickAtMs = Math.ceil((Date.now() + MIN_NOTICE_MS) / MINUTE_MS) * MINUTE_MS;
  const id = await createSchedule(system, new Date(tickAtMs));
  await copySchedule(system, id, count - 1);
  await until(
    () => Date.now() > tickAtMs - 500,
    2 * MINUTE_MS,
    () => 'the tick',
  );
  const before = system.cpuMs();
  let accepted = 0;
  await until(
    async () => (accepted = await countAccepted(system)) === count,
    MINUTE_MS,
    () => `${count} executions; there are ${accepted}`,
  );
  const cpu = cpuFigures(before, system.cpuMs(), count);
  const delaysMs = await readDelays(system, tickAtMs);
  const figures = {
    [RATE]: (count / Math.max(...delaysMs)) * 1_000,
    'p50 ms': quantile(delaysMs, 0.5),
    'p99 ms': quantile(delaysMs, 0.99),
    ...cpu,
  };
  await system.query('delete from schedule_tick');
  await system.query('delete from schedule');
  return { name: `${count.toLocaleString('en')} schedules on one tick`, figures };
}

async function createSchedule(system: BenchSystem, at: Date): Promise<number> {
  const reply = await system.api.request('POST', '/schedule', {
    jobName: SCRIPT_PROC,
    args: { SCRIPT: 'true' },
    tags: 'bench',
    cron: `${at.getUTCMinutes()} ${at.getUTCHours()} * * *`,
    notificationEmails: 'bench@example.com',
    group: 'proctor_admin',
    notifyOn: [],
  });
  return ((await expectStatus(reply, 201)) as { id: number }).id;
}

async function copySchedule(system: BenchSystem, id: number, times: number): Promise<void> {
  const columns = await system.query<{ name: string }>(
    `select column_name as name from information_schema.columns
     where table_schema = 'public' and table_name = 'schedule' and column_name not in ('id', 'args_hash')`,
  );
  const copied = columns.map(({ name }) => `"${name}"`).join(', ');
  await system.query(
    `insert into schedule (${copied}, args_hash)
     select ${copied}, md5(n::text) from schedule, generate_series(1, $2) n where id = $1`,
    [id, times],
  );
}

/** Of a narrow table, so that it takes next to nothing from what is measured. */
async function countAccepted(system: BenchSystem): Promise<number> {
  const [row] = await system.query<{ n: number }>('select count(*)::int as n from schedule_tick');
  return row!.n;
}

/** How late the execution of each schedule was accepted. */
async function readDelays(system: BenchSystem, tickAtMs: number): Promise<number[]> {
  const rows = await system.query<{ ms: number }>(
    `select extract(epoch from e.created_at)::float8 * 1000 - $1 as ms from execution e where schedule_id is not null
     and created_at > to_timestamp($1 / 1000) - interval '1 second'`,
    [tickAtMs],
  );
  return rows.map(({ ms }) => ms);
}
