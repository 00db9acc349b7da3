import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { SecretBox } from '@app/database';
import { callGateway, procMetadata, startTestGateway, type TestGateway } from '../support/gateway.js';
import { runCliHere } from '../support/run-cli.js';
import { createDatabase, freePort, postgresEnv, testRedisAddress, textOfTables } from '../support/servers.js';
import { startService } from '../support/service-process.js';

jest.setTimeout(120_000);

const [OLD, NEW, WRONG] = ['ab', 'cd', 'ef'].map((byte) => byte.repeat(32)) as [string, string, string];
const idOf = (key: string) => new SecretBox(Buffer.from(key, 'hex')).keyId;
/** Sealed with the new key, while the old one is accepted. */
const BOTH = { PROCTOR_SECRET_KEY: NEW, PROCTOR_SECRET_KEY_ALSO: OLD };
const EXECUTIONS = 5_000;
const CALLBACK = 'https://hooks.example.org/a-cr3dential';

let database: Awaited<ReturnType<typeof createDatabase>>;
const gateways: TestGateway[] = [];
let first: TestGateway;

async function start(env: Record<string, string>): Promise<TestGateway> {
  const { url: databaseUrl } = database;
  const known = gateways.length === 0 ? {} : { admin: first.admin };
  const gateway = await startTestGateway({ databaseUrl, ...known, env });
  gateways.push(gateway);
  return gateway;
}

const envOf = ({ url }: Pick<TestGateway, 'url'>) => ({
  PROCTOR_HOST: url,
  EMAIL_ID: first.admin.email,
  ACCESS_TOKEN: first.admin.token,
});
const cli = (gateway: TestGateway, ...words: string[]) => runCliHere(words, envOf(gateway));
const post = (gateway: TestGateway, path: string, body?: unknown, headers?: Record<string, string>) =>
  gateway.call(first.admin, 'POST', path, { body, headers });

const scheduleOf = (args: Record<string, string>) => ({
  ...{ jobName: 'sealed', args, tags: 'nightly', cron: '0 3 * * *', notificationEmails: 'a@b.c' },
  ...{ group: 'ops', enabled: true },
});
const WITH_SECRET = { A: '1', PIN: 'hunter2222' };
const WITHOUT = { A: '2' };

/** How many sealed values there are under each key, all tables together. */
async function countByKey(): Promise<Record<string, number>> {
  const rows = await first.query<{ key_id: string; count: number }>(`
    select key_id, count(*)::int from (
      select key_id from proc_secret union all select key_id from audit_key
      union all select a.value ->> 'keyId' from schedule, jsonb_each(secret_args) a
      union all select a.value ->> 'keyId' from execution, jsonb_each(secret_args) a
      union all select callback ->> 'keyId' from execution where callback is not null
      union all select 'plain' from execution where callback_url is not null) one group by 1`);
  return Object.fromEntries(rows.map(({ key_id, count }) => [key_id, count]));
}

async function countExecutions(key: string): Promise<number> {
  const [row] = await first.query<{ count: number }>(
    `select count(*)::int from execution where secret_args -> 'PIN' ->> 'keyId' = $1`,
    [idOf(key)],
  );
  return row?.count ?? 0;
}

beforeAll(async () => {
  database = await createDatabase();
  first = await start({ PROCTOR_SECRET_KEY: OLD });
  const proc = procMetadata('sealed', {
    env_vars: { args: [{ name: 'A' }, { name: 'PIN', type: 'secret' }], secrets: [{ name: 'TOKEN' }] },
  });
  for (const [path, body] of [
    ['/metadata', [proc]],
    ['/secret', { job_name: 'sealed', secrets: { TOKEN: 'a long token' } }],
    ['/schedule', scheduleOf(WITH_SECRET)],
    ['/schedule', scheduleOf(WITHOUT)],
  ] as const) {
    const { status, text } = await post(first, path, body);
    expect([status, status === 201 ? '' : text]).toEqual([201, '']);
  }
  const headers = { 'Idempotency-Key': 'once' };
  await post(first, '/execution', { name: 'sealed', args: WITH_SECRET, callback_url: CALLBACK }, headers);
  await first.query(
    `insert into execution (proc_name, proc_revision, job_name, image, args, secret_args, snapshot, user_email)
     select proc_name, proc_revision, job_name || '-' || n, image, args, secret_args, snapshot, user_email
     from execution, generate_series(2, ${EXECUTIONS}) n`,
  );
  while ((await first.query('select 1 from audit_key')).length === 0) await sleep(50);
});

afterAll(async () => {
  for (const gateway of gateways.reverse()) await gateway.remove();
  await database.drop();
});

describe('rotating the secret key', () => {
  it('finds the same request and the same args under either key', async () => {
    const gateway = await start(BOTH);
    const repeated = await post(
      gateway,
      '/execution',
      { name: 'sealed', args: WITH_SECRET, callback_url: CALLBACK },
      { 'Idempotency-Key': 'once' },
    );
    expect(repeated.status).toBe(201);
    const [{ count } = { count: 0 }] = await first.query<{ count: number }>(
      'select count(*)::int from execution',
    );
    expect(count).toBe(EXECUTIONS);
    for (const args of [WITH_SECRET, WITHOUT]) {
      expect((await post(gateway, '/schedule', scheduleOf(args))).status).toBe(409);
    }
  });

  it('reports what no accepted key opens, changes nothing of it, and exits with 1', async () => {
    const gateway = await start({ PROCTOR_SECRET_KEY: NEW, PROCTOR_SECRET_KEY_ALSO: WRONG });
    const before = await first.query('select * from proc_secret');
    const { exitCode, stdout } = await cli(gateway, 'admin', 'rotate-key');
    expect(exitCode).toBe(1);
    expect(stdout).toContain(
      `secret TOKEN of sealed was sealed with key ${idOf(OLD)}, which is not accepted`,
    );
    expect(stdout).toMatch(/500\d of these cannot be read\. Add the key .* to PROCTOR_SECRET_KEY_ALSO/);
    expect(await first.query('select * from proc_secret')).toEqual(before);
    expect(Object.keys(await countByKey())).toEqual([idOf(OLD)]);
    // A hash needs no old key to be computed again where no arg is secret.
    expect((await post(first, '/schedule', scheduleOf(WITH_SECRET))).status).toBe(409);
  });

  it('counts without changing anything', async () => {
    const gateway = await start(BOTH);
    const { exitCode, stdout } = await cli(gateway, 'admin', 'rotate-key', '--check');
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(new RegExp(`executions +${idOf(OLD)} +5001 +accepted`));
    expect(stdout).toContain('Run: proctor admin rotate-key');
    expect(await countExecutions(NEW)).toBe(0);
  });

  it('seals callback URLs that an earlier version stored in plain text, also those of deliveries', async () => {
    await first.query(
      `with one as (update execution set callback_url = $1 where id = (select max(id) from execution) returning id),
        event as (insert into notification (event, execution_id) select 'ended', id from one returning id)
      insert into delivery (notification_id, channel, recipient, state) select id, 'callback', $1, 'sent' from event`,
      [CALLBACK],
    );
    expect(await countByKey()).toMatchObject({ plain: 1 });
    const { exitCode } = await cli(first, 'admin', 'rotate-key');
    expect(exitCode).toBe(0);
    for (const text of await textOfTables(database.url)) expect(text).not.toContain('a-cr3dential');
    const [delivery] = await first.query('select recipient from delivery');
    expect(delivery).toEqual({ recipient: 'https://hooks.example.org' });
  });

  it('survives kill -9 in the middle: another gateway continues', async () => {
    const port = await freePort();
    const env = {
      ...postgresEnv(database.url),
      ...{ PROCTOR_REDIS_ADDRESS: testRedisAddress(), PROCTOR_APP_HOST: '127.0.0.1' },
      ...{ PROCTOR_APP_PORT: String(port), ...BOTH },
    };
    const victim = await startService('gateway', 'apps/gateway/src/main.js', env);
    const url = `http://127.0.0.1:${port}`;
    const isReady = async () => (await fetch(`${url}/health/ready`).catch(() => null))?.status === 200;
    while (!(await isReady())) await sleep(50);
    const request = callGateway(url, first.admin, 'POST', '/secret-key/rotate?cursor=execution:').catch(
      () => null,
    );
    while ((await countExecutions(NEW)) === 0) await sleep(1);
    victim.kill('SIGKILL');
    await victim.exited;
    await request;
    const done = await countExecutions(NEW);
    expect(done).toBeGreaterThan(0);
    expect(done).toBeLessThan(EXECUTIONS);

    const [one, two] = [await start(BOTH), await start(BOTH)];
    let isRotating = true;
    const writing = (async () => {
      let count = 0;
      while (isRotating) {
        count += 1;
        const body = { name: 'sealed', args: { A: String(count), PIN: 'while it rotates' } };
        expect((await post(one, '/execution', body)).status).toBe(201);
        const secrets = { job_name: 'sealed', secrets: { [`TOKEN_${count % 3}`]: `token number ${count}` } };
        expect((await post(two, '/secret', secrets)).status).toBe(201);
      }
      return count;
    })();
    const results = await Promise.all([one, two].map((gateway) => cli(gateway, 'admin', 'rotate-key')));
    isRotating = false;
    expect(await writing).toBeGreaterThan(0);
    for (const { exitCode, stdout, stderr } of results) {
      expect([exitCode, stderr]).toEqual([0, '']);
      expect(stdout).toContain(`${idOf(OLD)} may be removed from PROCTOR_SECRET_KEY_ALSO.`);
    }
    expect(Object.keys(await countByKey())).toEqual([idOf(NEW)]);
  });

  it('leaves nothing that needs the old key', async () => {
    const gateway = await start({ PROCTOR_SECRET_KEY: NEW });
    const { exitCode, stdout } = await cli(gateway, 'admin', 'rotate-key', '--check');
    expect([exitCode, stdout]).toEqual([0, expect.stringContaining(`encrypted with key ${idOf(NEW)}.`)]);
    for (const args of [WITH_SECRET, WITHOUT]) {
      expect((await post(gateway, '/schedule', scheduleOf(args))).status).toBe(409);
    }
    const [row] = await first.query<{ id: string }>('select max(id)::text as id from execution');
    expect((await post(gateway, `/execution/${row?.id}/rerun`)).status).toBe(201);
    const verified = await cli(gateway, 'audit', 'verify');
    expect([verified.exitCode, verified.stdout]).toEqual([0, expect.stringContaining('is intact')]);
    const steps = await first.query<{ step: string }>(
      `select distinct details ->> 'step' as step from audit_event where action = 'rotateSecretKey' order by 1`,
    );
    expect(steps).toEqual([{ step: 'ended' }, { step: 'started' }]);
  });

  it.each(['secret:', 'schedule:x', 'execution:-1', 'nothing:1', `execution:${'9'.repeat(19)}`])(
    'answers a cursor of %j without an error of its own',
    async (cursor) => {
      const path = `/secret-key?cursor=${encodeURIComponent(cursor)}`;
      const { status } = await first.call(first.admin, 'GET', path);
      expect(status).toBe(cursor === 'secret:' ? 200 : 400);
    },
  );

  it('never rotates back to the key of a gateway that was forgotten', async () => {
    const refused = await post(first, `/secret-key/rotate?key_id=${idOf(NEW)}`);
    expect([refused.status, refused.text]).toEqual([409, expect.stringContaining(idOf(OLD))]);
    expect(Object.keys(await countByKey())).toEqual([idOf(NEW)]);
  });
});
