import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Database, StuckExecutionsStore, WorkersStore } from '@app/database';
import { ExecutionQueue } from '@app/queue';
import pg from 'pg';
import { SweepStuck } from '../../apps/scheduler/src/sweep-stuck.js';
import { until } from '../support/api-client.js';
import { identityHeaders, procMetadata, startTestGateway, type TestGateway } from '../support/gateway.js';
import { freePort, postgresEnv, startOwnRedis, type OwnRedis } from '../support/servers.js';
import { startService } from '../support/service-process.js';
import { openDatabase } from '../support/stores.js';

const USER_SHARE = 500;

let redis: OwnRedis;
let gateway: TestGateway;
let database: Database;
beforeAll(async () => {
  redis = await startOwnRedis();
  gateway = await startTestGateway({ redisAddress: redis.address });
  database = openDatabase(gateway.databaseUrl);
  await gateway.call(gateway.admin, 'POST', '/metadata', { body: [procMetadata('open')] });
}, 60_000);
afterAll(async () => {
  await database?.close();
  await gateway?.remove();
  await redis?.remove();
}, 60_000);

const submitTo = (url: string, signal?: AbortSignal) =>
  fetch(`${url}/execution`, {
    method: 'POST',
    headers: identityHeaders(gateway.admin),
    body: JSON.stringify({ name: 'open', args: {} }),
    ...(signal && { signal }),
  });
const listIds = async () =>
  (await gateway.query<{ id: string }>('select id::text from execution order by id')).map(({ id }) =>
    Number(id),
  );

describe('an accept', () => {
  it('is enqueued by the sweep if the gateway is killed between the commit and the queue', async () => {
    const port = await freePort();
    const service = await startService('gateway', 'apps/gateway/src/main.js', {
      ...postgresEnv(gateway.databaseUrl),
      PROCTOR_REDIS_ADDRESS: redis.address,
      PROCTOR_SECRET_KEY: 'ab'.repeat(32),
      PROCTOR_APP_HOST: '127.0.0.1',
      PROCTOR_APP_PORT: String(port),
    });
    await service.waitForOutput(/listening/);
    await redis.kill('SIGSTOP');
    const answer = submitTo(`http://127.0.0.1:${port}`).catch(() => null);
    await until(async () => (await listIds()).length === 1, 10_000);
    service.kill('SIGKILL');
    await service.exited;
    await answer;
    // Frozen, it has not read what the gateway sent.
    await redis.kill('SIGKILL');
    await redis.start();

    const [id = 0] = await listIds();
    const [installation] = await gateway.query<{ id: string }>('select id from installation');
    const connection = { host: '127.0.0.1', port: redis.port, password: undefined };
    const queue = new ExecutionQueue(connection, installation?.id ?? '', () => undefined);
    try {
      expect(await queue.countWaiting()).toBe(0);
      await queue.markFullPass(await queue.readRunId());
      await gateway.query(`update execution set created_at = created_at - interval '1 minute'`);
      const sweep = new SweepStuck(
        new StuckExecutionsStore(database),
        new WorkersStore(database),
        queue,
        USER_SHARE,
      );
      await sweep.sweep(1_000);
      expect(await queue.countWaiting()).toBe(1);
      expect(await queue.addMissing([id])).toBe(0);
    } finally {
      await queue.close();
    }
  }, 60_000);

  it('answers the others of a batch when a client disconnects', async () => {
    const before = await listIds();
    const blocker = new pg.Client({ connectionString: gateway.databaseUrl });
    await blocker.connect();
    try {
      await blocker.query('begin');
      await blocker.query('lock table execution in share row exclusive mode');
      const first = submitTo(gateway.url);
      const waits = `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
      await until(async () => (await gateway.query(waits)).length === 1, 10_000);
      const leaving = new AbortController();
      const left = submitTo(gateway.url, leaving.signal).catch((error: unknown) => error);
      const others = [submitTo(gateway.url), submitTo(gateway.url)];
      await until(async () => (await gateway.call(null, 'GET', '/ping')).status === 200, 5_000);
      leaving.abort();
      expect(await left).toMatchObject({ name: 'AbortError' });
      await blocker.query('rollback');
      const answers = await Promise.all([first, ...others]);
      expect(answers.map(({ status }) => status)).toEqual([201, 201, 201]);
      const bodies = (await Promise.all(answers.map((each) => each.json()))) as { id: number }[];
      const added = (await listIds()).filter((id) => !before.includes(id));
      expect(added).toEqual(expect.arrayContaining(bodies.map(({ id }) => id)));
      expect(new Set(bodies.map(({ id }) => id)).size).toBe(3);
    } finally {
      await blocker.end();
    }
  }, 30_000);
});
