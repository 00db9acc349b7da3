import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { RetentionStore } from '@app/database';
import { PruneHistory } from '../../apps/scheduler/src/prune-history.js';
import { openDatabase, openStores, type Stores } from '../support/stores.js';

const DAYS = 30;

let stores: Stores;
let prune: PruneHistory;

beforeAll(async () => {
  stores = await openStores();
  prune = new PruneHistory(new RetentionStore(stores.database), DAYS);
});
afterAll(() => stores?.close());

beforeEach(async () => {
  for (const table of [
    'execution',
    'execution_attempt',
    'execution_log',
    'schedule',
    'notification',
    'sign_in',
  ]) {
    await stores.query(`delete from ${table}`);
  }
});

/** Adds an execution that was accepted, and ended if `endedDays` is given, this many days ago. */
async function execution(acceptedDays: number, endedDays: number | null): Promise<string> {
  const [row] = await stores.query<{ id: string }>(
    `insert into execution (id, proc_name, proc_revision, job_name, image, args, snapshot, user_email, status, ended_at, created_at)
     select first_execution_id_at(now() - make_interval(secs => 86400 * $1::float8)) + (random() * 4000)::int, 'p', 1,
       gen_random_uuid(), 'i', '{}', '{}', 'ada@example.org', case when $2::float8 is null then 'RECEIVED' else 'FINISHED' end,
       now() - make_interval(secs => 86400 * $2::float8), now() - make_interval(secs => 86400 * $1::float8)
     returning id::text`,
    [acceptedDays, endedDays],
  );
  const id = row!.id;
  await stores.query(
    `insert into execution_attempt (execution_id, pod_uid, n, pod_name) values ($1, 'u', 1, 'n')`,
    [id],
  );
  await stores.query(
    `insert into execution_log (execution_id, seq, kind, text, ends_line) values ($1, 1, 0, 'a line', true)`,
    [id],
  );
  return id;
}

/** Creates partitions for weeks before the installation. */
async function makePartitions(weeksBack: number): Promise<string[]> {
  const names = [];
  for (let back = weeksBack; back > 0; back--) {
    const [row] = await stores.query<{ name: string; from: string; to: string }>(
      `select format('execution_log_w%s', lpad(week::text, 5, '0')) as name, ((week * 604800000) << 12)::text as from,
         (((week + 1) * 604800000) << 12)::text as to
       from (select floor((extract(epoch from now()) * 1000 - 1735689600000) / 604800000)::bigint - $1::int as week) w`,
      [back],
    );
    const { name, from, to } = row!;
    await stores.query(
      `create table if not exists ${name} partition of execution_log for values from (${from}) to (${to})`,
    );
    names.push(name);
  }
  return names;
}

const idsOf = async (table: string, column = 'id') =>
  (await stores.query<{ id: string }>(`select ${column}::text as id from ${table} order by 1`)).map(
    ({ id }) => id,
  );

const partitions = async () =>
  (
    await stores.query<{ name: string }>(
      `select inhrelid::regclass::text as name from pg_inherits where inhparent = 'execution_log'::regclass order by 1`,
    )
  ).map(({ name }) => name);

describe('pruning', () => {
  it('deletes old executions with everything that belongs to them, and no others', async () => {
    const old = await execution(90, 60);
    const longRun = await execution(90, 1);
    const live = await execution(90, null);
    const recent = await execution(2, 1);
    expect(await prune.prune()).toMatchObject({ executions: 1 });
    const left = [longRun, live, recent].sort();
    expect((await idsOf('execution')).sort()).toEqual(left);
    expect((await idsOf('execution_attempt', 'execution_id')).sort()).toEqual(left);
    expect(await idsOf('execution_log', 'execution_id')).not.toContain(old);
    expect(await prune.prune()).toEqual({ executions: 0, ticks: 0, notifications: 0, partitions: 0 });
  });

  it('deletes texts of files an hour after no proc and no live execution has them', async () => {
    const digests = ['of a proc', 'of a live one', 'of a past one', 'of none', 'of none yet'];
    for (const digest of digests)
      await stores.query('insert into file_text (digest, content) values ($1, $1)', [digest]);
    const podOf = (digest: string) => JSON.stringify({ files: [{ digest }] });
    await stores.query(
      `insert into proc (name, description, image_name, args, secrets, authorized_groups, author, contributors, organization, pod)
       values ('p', '', 'i', '[]', '[]', '{}', '', '', '', $1)`,
      [podOf('of a proc')],
    );
    for (const [id, digest] of [
      [await execution(2, null), 'of a live one'],
      [await execution(2, 1), 'of a past one'],
    ] as const) {
      const snapshot = `{"pod":${podOf(digest)}}`;
      await stores.query('update execution set snapshot = $1 where id = $2', [snapshot, id]);
    }
    await prune.prune();
    expect(await idsOf('file_text', 'digest')).toEqual([...digests].sort());
    await stores.query(
      "update file_text set unused_since = unused_since - interval '1 hour' where digest <> 'of none yet'",
    );
    await prune.prune();
    expect(await idsOf('file_text', 'digest')).toEqual(['of a live one', 'of a proc', 'of none yet']);
    // It is in a proc again.
    await stores.query("update proc set pod = $1 where name = 'p'", [podOf('of none yet')]);
    await prune.prune();
    const unused = await stores.query('select digest from file_text where unused_since is not null');
    expect(unused).toEqual([{ digest: 'of a proc' }]);
    await stores.query('delete from proc');
  });

  it('drops log partitions without executions and keeps the others', async () => {
    const names = await makePartitions(12);
    const before = await partitions();
    expect(before).toEqual(expect.arrayContaining(names));
    const needed = await execution(80, null);
    await execution(70, 65);
    const { partitions: dropped } = await prune.prune();
    expect(dropped).toBeGreaterThanOrEqual(5);
    const after = await partitions();
    expect(after.length).toBe(before.length - dropped);
    expect(await idsOf('execution_log', 'execution_id')).toEqual([needed]);
    // The partitions of the last 30 days and of future weeks stay, and so does the default one.
    expect(after).toEqual(expect.arrayContaining([...names.slice(-4), 'execution_log_default']));
    await stores.logs.ensurePartitions();
    expect(await partitions()).toEqual(after);
  });

  it('does not block others while a partition is being read', async () => {
    await prune.prune();
    const [name] = await makePartitions(9);
    const other = openDatabase(stores.url, 2);
    try {
      await other.transaction(async (session) => {
        await session.$queryRawUnsafe(`select * from ${name}`);
        const startedAt = performance.now();
        expect((await prune.prune()).partitions).toBe(0);
        expect(performance.now() - startedAt).toBeLessThan(5_000);
        expect(await partitions()).toContain(name);
      });
    } finally {
      await other.close();
    }
    expect((await prune.prune()).partitions).toBeGreaterThan(0);
    expect(await partitions()).not.toContain(name);
  });

  it('deletes ticks, notifications and sign-ins by age, and never the audit trail', async () => {
    await stores.query(
      `insert into proc (name, description, image_name, args, secrets, authorized_groups, author, contributors, organization)
       values ('p', '', 'i', '[]', '[]', '{}', '', '', '') on conflict do nothing`,
    );
    await stores.query(
      `insert into schedule (proc_name, args, args_hash, tags, cron, notification_emails, user_email, group_name)
       values ('p', '{}', 'h', 't', '* * * * *', '{}', 'ada@example.org', 'g')`,
    );
    const ago = `now() - make_interval(days => n)`;
    await stores.query(
      `insert into schedule_tick (schedule_id, fire_at, outcome, decided_at) select id, ${ago}, 'fired', ${ago} from schedule, unnest('{1,29,31,60}'::int[]) n`,
    );
    await stores.query(
      `insert into notification (schedule_id, event, created_at, spread_at) select id, 'schedule_paused', ${ago}, now() from schedule, unnest('{60,31,29,1}'::int[]) n`,
    );
    await stores.query(
      `insert into delivery (notification_id, channel, recipient) select id, 'mail', 'ada@example.org' from notification`,
    );
    await stores.query(
      `insert into sign_in (email, name, active, groups, plugin, seen_at) select n || '@example.org', '', true, '{}', 'p', ${ago} from unnest('{1,60}'::int[]) n`,
    );
    await stores.query(
      `insert into audit_event (actor, action, subject, allowed, at) values ('a', 'b', 'c', true, now() - interval '3 years')`,
    );
    expect(await prune.prune()).toMatchObject({ ticks: 2, notifications: 2 });
    expect(await idsOf('schedule_tick', 'fire_at')).toHaveLength(2);
    expect(await idsOf('delivery')).toHaveLength(2);
    expect(await idsOf('sign_in', 'email')).toEqual(['1@example.org']);
    expect(await idsOf('audit_event')).toHaveLength(1);
  });

  it('deletes each row once with several replicas, in batches', async () => {
    await stores.query(
      `insert into execution (id, proc_name, proc_revision, job_name, image, args, snapshot, user_email, status, ended_at)
       select first_execution_id_at(now() - interval '50 days') + n, 'p', 1, 'job-' || n, 'i', '{}', '{}', 'u', 'FINISHED',
         now() - interval '49 days' from generate_series(1, 3500) n`,
    );
    const reports = await Promise.all(Array.from({ length: 3 }, () => prune.prune()));
    expect(reports.reduce((sum, { executions }) => sum + executions, 0)).toBe(3_500);
    expect(await idsOf('execution')).toEqual([]);
  });
});
