import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { isDatabaseUnavailable, type Database } from '@app/database';
import { until } from '../support/api-client.js';
import { freePort, query, startOwnPostgres, type OwnPostgres } from '../support/servers.js';
import { openDatabase } from '../support/stores.js';

let postgres: OwnPostgres;
let url: string;
beforeAll(async () => {
  postgres = await startOwnPostgres();
  url = postgres.url('postgres');
  await query(url, 'create table fact (id int primary key, n int check (n > 0))');
  await query(url, 'insert into fact values (1, 1), (2, 1)');
}, 30_000);
afterAll(() => postgres?.remove(), 30_000);

async function onPool<T>(
  work: (database: Database) => Promise<T>,
  connectionString = url,
  maxConnections = 4,
): Promise<T> {
  const database = openDatabase(connectionString, maxConnections);
  try {
    return await work(database);
  } finally {
    await database.close();
  }
}

const errorOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => {
      throw new Error('it did not fail');
    },
    (error: unknown) => error,
  );

/** Fails with the error itself, so that the report shows its shape. */
function expectUnavailable(error: unknown): void {
  if (!isDatabaseUnavailable(error)) throw error;
}

/** What Postgres sends to a connection that an administrator terminates. */
const TERMINATED = (() => {
  const fields = ['SFATAL', 'VFATAL', 'C57P01', 'Mterminating connection due to administrator command', ''];
  const body = Buffer.from(fields.map((field) => `${field}\0`).join(''));
  const head = Buffer.from('E0000');
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
})();
const READY_FOR_QUERY = Buffer.from([0x5a, 0, 0, 0, 5, 0x49]);

/** A proxy for Postgres that ends the next connection in the very packet that says it is ready for a query. */
async function startEnder(serverUrl: string) {
  let isArmed = false;
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(Number(new URL(serverUrl).port), '127.0.0.1');
    for (const socket of [client, upstream]) sockets.add(socket.on('error', () => undefined));
    client.pipe(upstream).on('close', () => client.end());
    upstream.on('data', (bytes) => {
      const isEnd = isArmed && bytes.subarray(-READY_FOR_QUERY.length).equals(READY_FOR_QUERY);
      client.write(isEnd ? Buffer.concat([bytes, TERMINATED]) : bytes);
      if (!isEnd) return;
      isArmed = false;
      upstream.destroy();
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    url: Object.assign(new URL(serverUrl), { port: String((server.address() as AddressInfo).port) }).href,
    endNext: () => (isArmed = true),
    close() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

const raw = (database: Database, sql: string) => database.client.$queryRawUnsafe(sql);

/** Waits until Postgres executes a `pg_sleep`. */
const untilSleeping = () =>
  until(
    async () => {
      const sql = `select 1 from pg_stat_activity where state = 'active' and query ~ 'pg_sleep' and pid <> pg_backend_pid()`;
      return (await query(url, sql)).length > 0;
    },
    10_000,
    () => 'a statement that sleeps',
  );

describe('an error that means "Postgres is down or aborted the work"', () => {
  it.each<[string, string[]]>([
    ['a statement that took too long', [`set local statement_timeout = 50`, `select 1 from pg_sleep(2)`]],
    [
      'a server that takes no writes (a failover)',
      [`set local transaction_read_only = on`, `insert into fact values (9, 9)`],
    ],
    ['a serialization failure', [`do $$ begin raise exception 'x' using errcode = '40001'; end $$`]],
    ['a full disk', [`do $$ begin raise exception 'x' using errcode = '53100'; end $$`]],
    ['a server that is starting', [`do $$ begin raise exception 'x' using errcode = '57P03'; end $$`]],
  ])('%s', async (_name, statements) => {
    const error = await onPool((database) =>
      errorOf(
        database.transaction(async (session) => {
          for (const statement of statements) await session.$executeRawUnsafe(statement);
        }),
      ),
    );
    expectUnavailable(error);
  });

  it('a deadlock', async () => {
    const outcomes = await onPool((database) => {
      let locked = 0;
      const lock = (first: number, second: number) =>
        database.transaction(async (session) => {
          await session.$executeRaw`UPDATE fact SET n = n + 1 WHERE id = ${first}`;
          locked += 1;
          await until(() => locked === 2, 4_000);
          await session.$executeRaw`UPDATE fact SET n = n + 1 WHERE id = ${second}`;
        });
      return Promise.allSettled([lock(1, 2), lock(2, 1)]);
    });
    const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
    expect(refused).toHaveLength(1);
    expectUnavailable(refused[0]?.reason);
  });

  it('no server listens', async () => {
    const nowhere = Object.assign(new URL(url), { port: String(await freePort()) }).href;
    expectUnavailable(await onPool((database) => errorOf(database.ping()), nowhere));
    expectUnavailable(
      await onPool((database) => errorOf(database.transaction(async () => undefined)), nowhere),
    );
    expectUnavailable(await onPool((database) => errorOf(database.client.account.findFirst()), nowhere));
  });

  it('no connection is free', async () => {
    const error = await onPool(
      async (database) => {
        // Prisma starts only when the promise is awaited.
        const busy = raw(database, 'select 1 from pg_sleep(8)').then(() => undefined);
        await untilSleeping();
        const refused = await errorOf(database.transaction(async (session) => session.$queryRaw`SELECT 1`));
        await busy;
        return refused;
      },
      url,
      1,
    );
    expectUnavailable(error);
  }, 30_000);

  it('the server has no connections left', async () => {
    await query(url, `create role busy login password 'x' connection limit 1`);
    const asBusy = Object.assign(new URL(url), { username: 'busy', password: 'x' }).href;
    await onPool(async (first) => {
      await first.ping();
      expectUnavailable(await onPool((second) => errorOf(second.ping()), asBusy));
    }, asBusy);
  });

  it('an administrator terminated the connection, in a statement and in a transaction', async () => {
    await onPool(async (database) => {
      const ours = `select pid from pg_stat_activity where application_name = 'proctor'`;
      const terminate = () => query(url, `select pg_terminate_backend(pid) from (${ours}) backend`);
      const inStatement = errorOf(raw(database, 'select 1 from pg_sleep(15)'));
      await untilSleeping();
      await terminate();
      expectUnavailable(await inStatement);
      const inTransaction = errorOf(
        database.transaction(async (session) => {
          await session.$queryRaw`SELECT 1`;
          await terminate();
          await until(async () => (await query(url, ours)).length === 0, 10_000);
          await session.$queryRaw`SELECT 1`;
        }),
      );
      expectUnavailable(await inTransaction);
      await database.ping();
    });
  });

  it.each([
    ['just made', false],
    ['just given back', true],
  ])('the connection of a transaction was %s and ended at once', async (_name, isUsed) => {
    const ender = await startEnder(url);
    try {
      await onPool(
        async (database) => {
          if (isUsed) await database.ping();
          const before = isUsed && raw(database, 'select 1 from pg_sleep(2)').then(() => undefined);
          if (isUsed) await untilSleeping();
          ender.endNext();
          expectUnavailable(await errorOf(database.transaction((session) => session.$queryRaw`SELECT 1`)));
          await before;
          await database.ping();
        },
        ender.url,
        1,
      );
    } finally {
      ender.close();
    }
  });

  it('the server froze, was stopped or killed, and works again afterwards', async () => {
    await onPool(async (database) => {
      await database.ping();
      const idle = openDatabase(url);
      await postgres.kill('SIGSTOP');
      const frozen = await errorOf(idle.ping());
      await postgres.kill('SIGCONT');
      expectUnavailable(frozen);
      await idle.close();

      const stopped = errorOf(raw(database, 'select 1 from pg_sleep(15)'));
      await untilSleeping();
      await postgres.stop();
      expectUnavailable(await stopped);
      expectUnavailable(await errorOf(database.ping()));
      expectUnavailable(await errorOf(database.client.account.findFirst()));
      await postgres.start();
      await database.ping();

      const killed = errorOf(raw(database, 'select 1 from pg_sleep(15)'));
      await untilSleeping();
      await postgres.kill('SIGKILL');
      expectUnavailable(await killed);
      expectUnavailable(await errorOf(database.ping()));
      await postgres.start();
      await database.ping();
    });
  }, 40_000);
});

describe('another error', () => {
  it.each([
    ['a row that is there', 'insert into fact values (1, 1)'],
    ['a value that a check refuses', 'insert into fact values (9, 0)'],
    ['a statement that makes no sense', 'selct 1'],
    ['a table that is missing', 'select * from nothing'],
    ['text that is no number', `select 'starting'::int`],
  ])('%s', async (_name, statement) => {
    expect(isDatabaseUnavailable(await onPool((database) => errorOf(raw(database, statement))))).toBe(false);
  });

  it('a wrong password, a missing database', async () => {
    const wrong = Object.assign(new URL(url), { pathname: '/missing' }).href;
    expect(isDatabaseUnavailable(await onPool((database) => errorOf(database.ping()), wrong))).toBe(false);
  });

  it.each([null, undefined, 'timeout', new Error('unexpected'), { code: 42 }])('%p', (error) => {
    expect(isDatabaseUnavailable(error)).toBe(false);
  });
});
