import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { until } from '../support/api-client.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import {
  freePort,
  migrateDatabase,
  startOwnPostgres,
  startOwnRedis,
  type OwnPostgres,
  type OwnRedis,
} from '../support/servers.js';

let postgres: OwnPostgres;
let redis: OwnRedis;
let gateway: TestGateway;

const submit = (args: Record<string, string> = {}) =>
  gateway.call(gateway.admin, 'POST', '/execution', { body: { name: 'open', args } });
const idOf = (answer: Awaited<ReturnType<typeof submit>>) => answer.json<{ id: number }>().id;

beforeAll(async () => {
  [postgres, redis] = await Promise.all([startOwnPostgres(), startOwnRedis()]);
  const databaseUrl = postgres.url('postgres');
  await migrateDatabase(databaseUrl);
  gateway = await startTestGateway({
    databaseUrl,
    redisAddress: redis.address,
    env: { PROCTOR_QUEUE_LIMIT: '30' },
  });
  await gateway.call(gateway.admin, 'POST', '/metadata', {
    body: [{ name: 'open', image_name: 'proctor/open:1' }],
  });
}, 60_000);

afterAll(async () => {
  await gateway.remove();
  await Promise.all([postgres.remove(), redis.remove()]);
}, 60_000);

describe('without Redis', () => {
  it.each(['stopped', 'frozen'])(
    '(%s) accepts executions within two seconds and reports degraded',
    async (how) => {
      if (how === 'stopped') await redis.stop();
      else await redis.kill('SIGSTOP');
      try {
        for (let count = 0; count < 3; count++) {
          const startedAt = performance.now();
          const answer = await submit();
          expect(answer).toMatchObject({ status: 201 });
          expect(performance.now() - startedAt).toBeLessThan(2_000);
        }
        await until(async () => (await ready()).json()['status'] === 'degraded', 5_000);
        expect(await ready()).toMatchObject({ status: 200 });

        const id = idOf(await submit());
        await gateway.query(`update execution set lease_epoch = 1, worker_id = 'w' where id = $1`, [id]);
        const startedAt = performance.now();
        expect(await gateway.call(gateway.admin, 'POST', `/execution/${id}/cancel`)).toMatchObject({
          status: 200,
        });
        expect(performance.now() - startedAt).toBeLessThan(2_000);

        // Without signals the log is polled.
        const viewer = gateway.watch(gateway.admin, id);
        await until(() => viewer.socket.readyState === viewer.socket.OPEN, 5_000);
        await gateway.addRows(id, [{ text: 'without a signal' }]);
        await until(() => viewer.lines().includes('without a signal'), 5_000);
        viewer.socket.terminate();
      } finally {
        if (how === 'stopped') await redis.start();
        else await redis.kill('SIGCONT');
      }
      await until(async () => (await ready()).json()['status'] === 'ok', 10_000);
    },
    60_000,
  );
});

describe('without Postgres', () => {
  it('answers 503 with Retry-After, keeps streams open, and resumes when Postgres is back', async () => {
    const id = idOf(await submit());
    const viewer = gateway.watch(gateway.admin, id);
    await gateway.addRows(id, [{ text: 'before' }]);
    await until(() => viewer.lines().length === 1, 5_000);

    await postgres.stop();
    try {
      await until(async () => (await ready()).status === 503, 5_000);
      expect((await ready()).json()).toMatchObject({ status: 'unavailable' });
      expect(await gateway.call(null, 'GET', '/health/live')).toMatchObject({ status: 200 });
      await until(async () => (await gateway.call(gateway.admin, 'GET', '/metadata')).status === 503, 10_000);
      for (const accept of ['*/*', 'application/json']) {
        const headers = { Accept: accept };
        const answer = await gateway.call(gateway.admin, 'POST', '/execution', {
          body: { name: 'open' },
          headers,
        });
        expect(answer).toMatchObject({ status: 503 });
        expect(answer.headers.get('retry-after')).toBe('2');
        expect(answer.text).not.toMatch(/ECONN|prisma|127\.0\.0\.1/i);
      }
      expect(await gateway.watch(gateway.admin, id).ended).toMatchObject({ status: 503 });
      expect(viewer.socket.readyState).toBe(viewer.socket.OPEN);
    } finally {
      await postgres.start();
    }
    await until(async () => (await ready()).status === 200, 10_000);
    await gateway.addRows(id, [{ text: 'after' }]);
    await gateway.end(id, 'CANCELLED');
    expect(await viewer.ended).toMatchObject({ code: 1000 });
    expect(viewer.lines()).toEqual(['before', 'after']);
    expect(await gateway.call(gateway.admin, 'GET', '/metadata')).toMatchObject({ status: 200 });
  }, 60_000);
});

describe('past the limit of waiting executions', () => {
  it('answers 429 with Retry-After, and stores nothing', async () => {
    let refused: Awaited<ReturnType<typeof submit>> | null = null;
    await until(async () => {
      const answers = await Promise.all(Array.from({ length: 10 }, () => submit()));
      refused = answers.find(({ status }) => status !== 201) ?? null;
      if (!refused) await sleep(300);
      return refused !== null;
    }, 20_000);
    expect(refused).toMatchObject({ status: 429, type: 'text/plain' });
    expect(Number(refused!['headers'].get('retry-after'))).toBeGreaterThan(0);
    const count = async () =>
      (await gateway.query<{ n: number }>('select count(*)::int n from execution'))[0]?.n;
    const before = await count();
    expect(await submit()).toMatchObject({ status: 429 });
    expect(await count()).toBe(before);
  }, 30_000);
});

describe('at the start', () => {
  it('does not need Redis', async () => {
    const early = await startTestGateway({ redisAddress: `127.0.0.1:${await freePort()}` });
    expect(await early.call(null, 'GET', '/health/ready')).toMatchObject({ status: 200 });
    await early.remove();
  }, 30_000);

  it('treats every client as an admin while authentication is off, and warns', async () => {
    const open = await startTestGateway({ env: { PROCTOR_AUTH_ENABLED: 'false' } });
    const body = [{ name: 'open', image_name: 'proctor/open:1', authorized_groups: ['some'] }];
    expect(await open.call(null, 'POST', '/metadata', { body })).toMatchObject({ status: 201 });
    const headers = { 'Email-Id': 'me@example.com' };
    const answer = await open.call(null, 'POST', '/execution', { body: { name: 'open' }, headers });
    expect(answer.json()).toMatchObject({ user_email: 'me@example.com' });
    expect(open.log()).toMatch(/authentication is off/);
    // A browser sends this for any page, without a preflight request.
    const asPageOf = (origin: string) =>
      open.call(null, 'POST', '/execution', {
        body: { name: 'open' },
        headers: { Origin: origin, 'Content-Type': 'text/plain' },
      });
    expect(await asPageOf('https://evil.example')).toMatchObject({
      status: 403,
      text: expect.stringContaining('another site'),
    });
    expect(await asPageOf(open.url)).toMatchObject({ status: 201 });
    const rows = await open.query('select 1 from execution');
    expect(rows).toHaveLength(2);
    await open.remove();
  }, 30_000);
});

function ready() {
  return gateway.call(null, 'GET', '/health/ready');
}
