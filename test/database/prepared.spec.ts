import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { isDatabaseUnavailable, type Database } from '@app/database';
import { Prisma } from '../../libs/database/src/generated/client.js';
import { until } from '../support/api-client.js';
import { createDatabase, freePort, query, type TestDatabase } from '../support/servers.js';
import { openDatabase } from '../support/stores.js';

const { sql } = Prisma;

let test: TestDatabase;
let database: Database;
beforeAll(async () => {
  test = await createDatabase({ migrated: false });
  await query(test.url, 'create table fact (id int primary key, n int check (n > 0))');
  database = openDatabase(test.url, 1);
}, 30_000);
afterAll(async () => {
  await database.close();
  await test.drop();
});

const backend = async () => {
  const [row] = await database.prepared.run<{ pid: number }>('backend', sql`SELECT pg_backend_pid() AS pid`);
  return row?.pid;
};
const facts = async () =>
  (await query<{ id: number; n: number }>(test.url, 'select id, n from fact order by id')).map(
    ({ id, n }) => [id, n],
  );
const add = (id: number, n: number) => sql`INSERT INTO fact (id, n) VALUES (${id}, ${n})`;

async function reasonOf(work: Promise<unknown>): Promise<unknown> {
  const [outcome] = await Promise.allSettled([work]);
  if (outcome?.status !== 'rejected') throw new Error('it did not fail');
  return outcome.reason;
}

const sleep = (seconds: number) => sql`SELECT pg_sleep(${seconds}::float8)::text AS slept`;

const untilActive = (text: string) =>
  until(async () => {
    const active = `select 1 from pg_stat_activity where datname = $1 and state = 'active' and query ~ $2 and pid <> pg_backend_pid()`;
    return (await query(test.url, active, [test.name, text])).length > 0;
  }, 10_000);

describe('Prepared', () => {
  it('prepares a statement once per connection, and returns rows as $queryRaw does', async () => {
    const typed = (
      id: number,
    ) => sql`SELECT ${id}::bigint AS big, '2026-01-02T03:04:05.678Z'::timestamptz AS at,
      ${'{"a":1}'}::jsonb AS json, ARRAY['x', 'y'] AS texts, NULL::int AS nothing`;
    const at = new Date('2026-01-02T03:04:05.678Z');
    for (const id of [1, 2]) {
      const expected = [{ big: BigInt(id), at, json: { a: 1 }, texts: ['x', 'y'], nothing: null }];
      expect(await database.prepared.run('typed', typed(id))).toEqual(expected);
      expect(await database.client.$queryRaw(typed(id))).toEqual(expected);
    }
    const listed = sql`SELECT name, generic_plans + custom_plans AS runs FROM pg_prepared_statements WHERE name = 'typed'`;
    expect(await database.prepared.run('listed', listed)).toEqual([{ name: 'typed', runs: 2n }]);
  });

  it('refuses one name for two texts', async () => {
    await database.prepared.run('once', sql`SELECT 1 AS one`);
    await expect(database.prepared.run('once', sql`SELECT 2 AS two`)).rejects.toThrow('once');
    expect(await database.prepared.run('once', sql`SELECT 1 AS one`)).toEqual([{ one: 1 }]);
  });

  it('commits a transaction as a whole, or nothing of it', async () => {
    await database.prepared.transaction(async (session) => {
      await session.run('add', add(1, 1));
      await session.run('add', add(2, 1));
    });
    const failed = database.prepared.transaction(async (session) => {
      await session.run('add', add(3, 1));
      throw new Error('no');
    });
    await expect(failed).rejects.toThrow('no');
    expect(await facts()).toEqual([
      [1, 1],
      [2, 1],
    ]);
  });

  it('does not report a commit of a transaction in which a statement failed', async () => {
    const before = await backend();
    const swallowed = database.prepared.transaction(async (session) => {
      await session.run('add', add(4, 1));
      await session.run('add', add(5, 0)).catch(() => undefined);
    });
    await expect(swallowed).rejects.toThrow('rolled back');
    expect(await facts()).not.toContainEqual([4, 1]);
    // A refusal of Postgres is no reason to connect again.
    expect(await backend()).toBe(before);
  });

  it('says which failures mean that the database is unavailable', async () => {
    expect(isDatabaseUnavailable(await reasonOf(database.prepared.run('add', add(1, 1))))).toBe(false);
    const slow = database.prepared.transaction(async (session) => {
      await session.run('limit', sql`SET LOCAL statement_timeout = 50`);
      await session.run('sleep', sleep(5));
    });
    expect(isDatabaseUnavailable(await reasonOf(slow))).toBe(true);

    const nowhere = openDatabase(Object.assign(new URL(test.url), { port: String(await freePort()) }).href);
    expect(isDatabaseUnavailable(await reasonOf(nowhere.prepared.run('backend', sql`SELECT 1`)))).toBe(true);
    await nowhere.close();
  });

  it.each(['in a statement', 'in a transaction'])(
    'goes on after its connection was terminated %s',
    async (where) => {
      const ended = reasonOf(
        where === 'in a statement'
          ? database.prepared.run('sleep', sleep(15))
          : database.prepared.transaction((session) => session.run('sleep', sleep(15))),
      );
      await untilActive('pg_sleep');
      await query(
        test.url,
        `select pg_terminate_backend(pid) from pg_stat_activity where query ~ 'pg_sleep' and datname = $1 and pid <> pg_backend_pid()`,
        [test.name],
      );
      expect(isDatabaseUnavailable(await ended)).toBe(true);
      expect(await backend()).toEqual(expect.any(Number));
    },
  );
});
