import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { runCliHere } from '../support/run-cli.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { createDatabase, freePort, postgresEnv, query, testRedisAddress } from '../support/servers.js';
import { startService, type ServiceProcess } from '../support/service-process.js';
import { WebTarget } from '../support/web-target.js';

type Seal = { n: number; hash: string };

let gateway: TestGateway;
let target: WebTarget;

beforeAll(async () => {
  target = await WebTarget.start();
  gateway = await startTestGateway({
    env: { PROCTOR_AUDIT_HEADS_URL: `${target.url}/heads`, PROCTOR_AUDIT_HEADS_SECRET: 'shared' },
  });
}, 60_000);

afterAll(async () => {
  await gateway.remove();
  await target.close();
}, 30_000);

async function until(isThere: () => Promise<boolean>, seconds = 20): Promise<void> {
  for (const end = Date.now() + seconds * 1_000; !(await isThere());) {
    if (Date.now() > end) throw new Error(`not within ${seconds} s`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const countIn = async (url: string, table: 'audit_event' | 'audit_seal') =>
  (await query<{ count: number }>(url, `select count(*)::int as count from ${table}`))[0]?.count ?? 0;

const fill = (url: string, count: number) =>
  query(
    url,
    `insert into audit_event (actor, action, subject, allowed, details)
     select 'ada', 'act', n::text, true, '{"a": 1}' from generate_series(1, ${count}) n`,
  );

async function isSealed(): Promise<boolean> {
  const rows = await gateway.query(
    'select 1 from audit_event e where not exists (select 1 from audit_seal s where s.audit_id = e.id) limit 1',
  );
  return rows.length === 0;
}

const cli = (...words: string[]) =>
  runCliHere(['audit', 'verify', ...words], {
    PROCTOR_HOST: gateway.url,
    EMAIL_ID: gateway.admin.email,
    ACCESS_TOKEN: gateway.admin.token,
    HOME: '/nonexistent',
  });

async function exportLines(): Promise<{ id: number; seal: Seal | null }[]> {
  const { text } = await gateway.call(gateway.admin, 'GET', '/audit/export');
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { id: number; seal: Seal | null });
}

describe('a gateway', () => {
  it('seals what it records, within a moment, and says so in the export', async () => {
    await gateway.call(gateway.admin, 'POST', '/group', { body: { name: 'sealed' } });
    await until(isSealed, 5);
    const lines = await exportLines();
    // The export is itself an event, and the newest one.
    expect(lines.pop()).toMatchObject({ seal: null });
    expect(lines.map(({ seal }) => seal?.n)).toEqual(lines.map((_, index) => index + 1));
    expect(lines.every(({ seal }) => /^[0-9a-f]{64}$/.test(seal?.hash ?? ''))).toBe(true);
  });

  it('seals the rows that other processes wrote', async () => {
    await fill(gateway.databaseUrl, 1_200);
    await until(isSealed, 15);
  }, 20_000);

  it('reports heads in its log and to the webhook', async () => {
    await until(async () => target.at('/heads').length > 0);
    const { body, headers } = target.at('/heads')[0]!;
    const { n, hash } = JSON.parse(body) as Seal;
    expect(
      await gateway.query(`select encode(hash, 'hex') as hash from audit_seal where n = $1`, [n]),
    ).toEqual([{ hash }]);
    expect(headers['proctor-signature']).toMatch(/^t=\d+,v1=[0-9a-f]{64}$/);
    expect(gateway.log()).toContain(`"n":${n},"hash":"${hash}"`);
  });

  it('shows how many rows wait for their seal', async () => {
    await until(isSealed);
    const { text } = await gateway.call(null, 'GET', '/metrics');
    expect(text).toMatch(/^proctor_audit_unsealed \d/m);
    expect(text).toMatch(/^proctor_audit_oldest_unsealed_seconds \d/m);
  });
});

describe('proctor audit verify', () => {
  it('exits with 0 for an intact trail, page by page, and prints the head', async () => {
    await until(isSealed);
    const [head] = await gateway.query<Seal>(
      `select n::int, encode(hash, 'hex') as hash from audit_seal order by n desc limit 1`,
    );
    const { exitCode, stdout } = await cli('--head', `${head!.n}:${head!.hash}`);
    expect([exitCode, stdout]).toEqual([
      0,
      expect.stringContaining(`The audit trail is intact: ${head!.n} seals, ${head!.n} events`),
    ]);
    expect(stdout).toContain(`Head: ${head!.n}:${head!.hash}`);
  });

  it('exits with 1 and names what was changed', async () => {
    await until(isSealed);
    await gateway.query(
      `begin; alter table audit_event disable trigger all; update audit_event set actor = 'eve' where id = 700;
       alter table audit_event enable trigger all; commit`,
    );
    const text = await cli();
    expect([text.exitCode, text.stdout]).toEqual([
      1,
      expect.stringMatching(/changed +700 +700 +Audit row 700 is not/),
    ]);
    const json = await cli('--output', 'json');
    expect(json.exitCode).toBe(1);
    expect(JSON.parse(json.stdout)).toMatchObject({
      isIntact: false,
      problems: [{ kind: 'changed', n: 700, id: 700 }],
    });
  });

  it('exits with 1 if the chain does not lead to the head', async () => {
    const { exitCode, stdout } = await cli('--head', `999999:${'0'.repeat(64)}`);
    expect([exitCode, stdout]).toEqual([
      1,
      expect.stringMatching(/head +999999 .*the end of the chain was cut off/),
    ]);
  });

  it.each(['5', 'x:y', `0:${'a'.repeat(64)}`, `5:${'g'.repeat(64)}`])('refuses --head %s', async (head) => {
    const { exitCode, stderr } = await cli('--head', head);
    expect([exitCode, stderr]).toEqual([
      2,
      expect.stringContaining('must be the number of a seal, a colon and its hash'),
    ]);
  });

  it.each(['cursor=5', 'cursor=link:', 'cursor=link:9999999999999999999', 'cursor=row:x'])(
    'refuses ?%s',
    async (text) => {
      expect(await gateway.call(gateway.admin, 'GET', `/audit/verify?${text}`)).toMatchObject({
        status: 400,
      });
    },
  );

  it('takes a cursor behind the end as the end', async () => {
    const answer = await gateway.call(gateway.admin, 'GET', '/audit/verify?cursor=row:999999999999999999');
    expect(answer.json()).toMatchObject({ phase: 'rows', checked: 0, problems: [] });
    expect(answer.json()).not.toHaveProperty('next');
  });

  it('answers 409 if the key was sealed with another secret key', async () => {
    const other = await startTestGateway({
      databaseUrl: gateway.databaseUrl,
      env: { PROCTOR_SECRET_KEY: 'cd'.repeat(32) },
      admin: gateway.admin,
    });
    try {
      const answer = await other.call(gateway.admin, 'GET', '/audit/verify');
      expect(answer).toMatchObject({
        status: 409,
        text: expect.stringContaining('PROCTOR_SECRET_KEY') as unknown,
      });
    } finally {
      await other.remove();
    }
  }, 30_000);
});

describe('a gateway that is killed while it seals', () => {
  const ROWS = 20_000;
  const services: ServiceProcess[] = [];
  afterAll(() => Promise.all(services.map((service) => service.stop())));

  async function start(url: string): Promise<ServiceProcess> {
    const service = await startService('gateway', 'apps/gateway/src/main.js', {
      ...postgresEnv(url),
      PROCTOR_REDIS_ADDRESS: testRedisAddress(),
      PROCTOR_SECRET_KEY: 'ab'.repeat(32),
      PROCTOR_APP_HOST: '127.0.0.1',
      PROCTOR_APP_PORT: String(await freePort()),
    });
    services.push(service);
    return service;
  }

  it('leaves a chain that two others continue together', async () => {
    const database = await createDatabase();
    try {
      await fill(database.url, ROWS);
      const killed = await start(database.url);
      await until(async () => (await countIn(database.url, 'audit_seal')) > 1_000, 60);
      killed.kill('SIGKILL');
      await killed.exited;
      expect(await countIn(database.url, 'audit_seal')).toBeLessThan(ROWS);
      await Promise.all([start(database.url), start(database.url)]);
      await until(async () => (await countIn(database.url, 'audit_seal')) === ROWS, 60);
      const verifier = await startTestGateway({ databaseUrl: database.url });
      try {
        const problems: unknown[] = [];
        let checked = 0;
        for (let cursor: string | undefined = ''; cursor !== undefined;) {
          const answer = await verifier.call(
            verifier.admin,
            'GET',
            `/audit/verify${cursor && `?cursor=${cursor}`}`,
          );
          const page = answer.json<{ phase: string; checked: number; problems: unknown[]; next?: string }>();
          if (page.phase === 'links') checked += page.checked;
          problems.push(...page.problems);
          cursor = page.next;
        }
        expect([problems, checked >= ROWS]).toEqual([[], true]);
      } finally {
        await verifier.remove();
      }
    } finally {
      await Promise.all(services.map((service) => service.stop()));
      await database.drop();
    }
  }, 180_000);
});
