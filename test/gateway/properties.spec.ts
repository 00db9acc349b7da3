import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { MAX_BODY_BYTES, MAX_ENV_VALUE_BYTES, routes, type Route } from '@app/contract';
import fc from 'fast-check';
import { startTestGateway, type Answer, type Identity, type TestGateway } from '../support/gateway.js';

/** The largest answer about one thing, and to a refused request. */
const MAX_ANSWER_BYTES = 2 * MAX_BODY_BYTES;
const MAX_REFUSAL_BYTES = 64 * 1024;
const RUNS = 30;
const TIMEOUT_MS = 120_000;

let gateway: TestGateway;
let user: Identity;

const proc = {
  name: 'target',
  image_name: 'proctor/target:1',
  env_vars: {
    args: [
      { name: 'N', type: 'number', min: -5, max: 5 },
      { name: 'E', type: 'enum', options: ['a', 'b'] },
      { name: 'P', pattern: '(a+)+' },
      { name: 'X', type: 'secret' },
    ],
  },
};

beforeAll(async () => {
  gateway = await startTestGateway({
    env: { PROCTOR_FAILED_LOGINS_PER_ADDRESS: '100000', PROCTOR_FAILED_LOGINS_PER_IDENTITY: '100000' },
  });
  user = await gateway.createUser('user', []);
  expect(await post(gateway.admin, '/metadata', [proc])).toMatchObject({ status: 201 });
  // As of a proc from before the switch took lists: names of any kind reach the checks.
  await gateway.query(`update proc set allow_undeclared_args = true where name = 'target'`);
}, 60_000);
afterAll(() => gateway.remove(), 120_000);

afterEach(async () => {
  expect(seen.accepted).toBeGreaterThan(0);
  expect(seen.refused).toBeGreaterThan(0);
  expect(await gateway.call(user, 'GET', '/metadata')).toMatchObject({ status: 200 });
});

const post = (who: Identity | null, path: string, body: unknown) => gateway.call(who, 'POST', path, { body });

const TABLES = [
  'proc',
  'proc_secret',
  'execution',
  'schedule',
  'idempotency_key',
  'account',
  'account_group',
];
const MORE_TABLES = ['account_membership', 'access_token', 'notification'];

async function countRows(): Promise<Record<string, number>> {
  const counts = [...TABLES, ...MORE_TABLES].map(
    (table) => `(select count(*)::int from ${table}) as ${table}`,
  );
  return (await gateway.query<Record<string, number>>(`select ${counts.join(', ')}`))[0] ?? {};
}

/** Of the current property: one that saw only refusals, or none, would prove little. */
const seen = { accepted: 0, refused: 0 };
beforeEach(() => {
  Object.assign(seen, { accepted: 0, refused: 0 });
});

/** Checks what must hold for every answer. @returns undefined if the request was refused and nothing was stored */
async function answerOf(request: () => Promise<Answer>): Promise<Answer | undefined> {
  const before = await countRows();
  const answer = await request();
  expect(answer.status).toBeLessThan(500);
  expect(Buffer.byteLength(answer.text)).toBeLessThan(MAX_ANSWER_BYTES);
  if (answer.status < 400) {
    seen.accepted++;
    return answer;
  }
  seen.refused++;
  expect(Buffer.byteLength(answer.text)).toBeLessThan(MAX_REFUSAL_BYTES);
  expect(answer.text).not.toMatch(/[%\n]/);
  expect(await countRows()).toEqual(before);
  return undefined;
}

/** Texts that have broken programs before. */
const nastyText = fc.oneof(
  { weight: 3, arbitrary: fc.string({ unit: 'binary', maxLength: 30 }) },
  { weight: 1, arbitrary: fc.string({ unit: 'grapheme', maxLength: 30 }) },
  {
    weight: 4,
    arbitrary: fc.constantFrom(
      '',
      ' ',
      '\0',
      'a\0b',
      '\ud800',
      'x\udfff',
      '\u202e\u200b\ufeff',
      '../../etc/passwd',
      '..%2f..%2f',
      '/',
      '%00',
      '%s%n%d',
      '__proto__',
      'constructor',
      'toString',
      'null',
      'undefined',
      'NaN',
      '-1',
      '1e309',
      '9007199254740993',
      "'; drop table proc; --",
      '$(reboot)',
      '${7*7}',
      '<script>alert(1)</script>',
      '\r\nSet-Cookie: a=b',
      '\u001b[2J',
      'é'.normalize('NFD'),
      'ﬀ'.repeat(20),
      'x'.repeat(MAX_ENV_VALUE_BYTES),
      'x'.repeat(MAX_ENV_VALUE_BYTES + 1),
      'é'.repeat(MAX_ENV_VALUE_BYTES / 2),
      `${'a'.repeat(MAX_ENV_VALUE_BYTES - 1)}!`,
    ),
  },
);

const deep = (depth: number, leaf: unknown): unknown => {
  let value = leaf;
  for (let level = 0; level < depth; level++) value = level % 2 === 0 ? [value] : { a: value };
  return value;
};

/** Values of the wrong type. */
const nastyValue: fc.Arbitrary<unknown> = fc.oneof(
  nastyText,
  fc.constantFrom(
    null,
    true,
    0,
    -0,
    1.5,
    -1,
    1e308,
    2 ** 53,
    [],
    {},
    [[]],
    [null],
    deep(50, 'x'),
    deep(3_000, 1),
  ),
  fc.array(nastyText, { maxLength: 3 }),
  fc.dictionary(nastyText, nastyText, { maxKeys: 3 }),
);

/** Mostly valid, so that the later checks are reached too. */
const mostly = (right: fc.Arbitrary<unknown>) =>
  fc.oneof({ weight: 12, arbitrary: right }, { weight: 1, arbitrary: nastyValue });

const name = fc.stringMatching(/^[a-z][a-z0-9.-]{0,8}[a-z]$/);
const envName = fc.stringMatching(/^[A-Z_]{1,6}$/);
const cron = fc.oneof(
  fc.constantFrom('* * * * *', '@daily', '0 0 31 2 *'),
  fc.constantFrom(
    '* * * * *',
    '@daily',
    '0 0 31 2 *',
    '*/0 * * * *',
    '60 * * * *',
    '* * * * * * *',
    '@nightly',
  ),
  fc.string({ unit: fc.constantFrom(...'*/,-?#LW0123456789 JANMON'), maxLength: 40 }),
);
const emails = fc.oneof(
  fc.constantFrom('a@b', 'a@example.com,b@example.com'),
  fc.emailAddress(),
  fc.constantFrom(
    'a@b',
    'a@example.com,b@example.com',
    'a@example.com,',
    ',',
    'a@b\r\nBcc: c@d',
    'a b@c',
    '"a@b"@c',
  ),
);

/** `surely`: a value that is accepted and one that is refused, because random values may contain neither. */
async function check<Value>(
  arbitrary: fc.Arbitrary<Value>,
  surely: { accepted: Value; refused: Value },
  holds: (value: Value) => Promise<void>,
  runs = RUNS,
) {
  // A request that hangs fails too, with the seed.
  await fc.assert(fc.asyncProperty(arbitrary, holds), {
    examples: [[surely.accepted], [surely.refused]],
    numRuns: runs,
    timeout: 5_000,
    interruptAfterTimeLimit: TIMEOUT_MS - 10_000,
    markInterruptAsFailure: false,
  });
}

describe('any input', () => {
  it(
    'as metadata is stored and returned completely, or not at all',
    async () => {
      const arg = fc.record(
        {
          name: mostly(envName),
          description: mostly(nastyText),
          type: mostly(fc.constantFrom('string', 'number', 'boolean', 'enum', 'secret')),
          required: mostly(fc.boolean()),
          default: mostly(fc.constantFrom('a', 1, true)),
          pattern: mostly(fc.constantFrom('(a+)+$', '[', '(?<=a)b', '\\p{L}*', 'a{1000}{1000}')),
          options: mostly(fc.constantFrom([], ['a', 'b'], ['a', 'a'])),
          min: mostly(fc.double()),
          max: mostly(fc.double()),
          example: mostly(nastyText),
        },
        { requiredKeys: ['name'] },
      );
      const pod = {
        timeout_seconds: mostly(fc.integer({ min: -1, max: 100 })),
        retries: mostly(fc.integer({ min: -1, max: 100 })),
        concurrency: mostly(fc.record({ limit: mostly(fc.integer({ min: 0, max: 9 })) })),
        resources: mostly(
          fc.record({ limits: fc.dictionary(fc.constantFrom('cpu', 'memory', 'x'), nastyText) }),
        ),
        node_selector: mostly(fc.dictionary(name, nastyText, { maxKeys: 2 })),
        tolerations: mostly(fc.array(fc.record({ key: nastyText, operator: nastyText }), { maxLength: 2 })),
        service_account: mostly(name),
        image_pull_secrets: mostly(fc.array(name, { maxLength: 2 })),
        annotations: mostly(fc.dictionary(name, nastyText, { maxKeys: 2 })),
      };
      const metadata = fc.record(
        {
          name: mostly(name),
          image_name: mostly(fc.constantFrom('proctor/a:1', 'A/b', 'a:b:c', 'a@sha256:00')),
          description: mostly(nastyText),
          author: mostly(nastyText),
          authorized_groups: mostly(fc.array(nastyText, { maxLength: 2 })),
          env_vars: mostly(
            fc.record({
              args: mostly(fc.array(arg, { maxLength: 3 })),
              secrets: mostly(fc.array(fc.record({ name: mostly(envName) }), { maxLength: 2 })),
            }),
          ),
          ...pod,
        },
        { requiredKeys: ['name', 'image_name'] },
      );
      const surely = {
        accepted: [{ name: 'made', image_name: 'proctor/a:1' }],
        refused: [{ name: 'made', image_name: 'a b' }],
      };
      await check(fc.array(metadata, { maxLength: 3 }), surely, async (procs) => {
        const answer = await answerOf(() => post(gateway.admin, '/metadata', procs));
        if (!answer) return;
        for (const sent of procs) {
          const stored = await gateway.call(gateway.admin, 'GET', `/metadata/${String(sent.name)}`);
          expect(stored.json()).toMatchObject({ name: sent.name, image_name: sent.image_name });
          if (typeof sent.description === 'string')
            expect(stored.json()['description']).toBe(sent.description);
        }
      });
    },
    TIMEOUT_MS,
  );

  it(
    'as args is stored unchanged if accepted',
    async () => {
      const args = fc.dictionary(
        fc.oneof(envName, fc.constantFrom('N', 'E', 'P', 'PATH', 'LD_PRELOAD'), nastyText),
        mostly(nastyText),
        {
          maxKeys: 4,
        },
      );
      const body = fc.record(
        { name: mostly(fc.constant('target')), args: mostly(args), callback_url: mostly(fc.webUrl()) },
        { requiredKeys: ['name', 'args'] },
      );
      const surely = {
        accepted: { name: 'target', args: {} },
        refused: { name: 'target', args: { N: '6' } },
      };
      await check(body, surely, async (sent) => {
        const answer = await answerOf(() => post(user, '/execution', sent));
        if (!answer) return;
        expect(answer.status).toBe(201);
        const stored = await gateway.call(user, 'GET', `/execution/${String(answer.json()['id'])}`);
        expect(stored.json()['args']).toEqual({ ...(sent.args as Record<string, string> | null) });
      });
    },
    TIMEOUT_MS,
  );

  it(
    'as a schedule is returned unchanged if accepted, except for surrounding white space',
    async () => {
      const schedule = fc.record({
        jobName: mostly(fc.constant('target')),
        args: mostly(fc.dictionary(envName, nastyText, { maxKeys: 2 })),
        tags: mostly(fc.constant('nightly, ü')),
        cron: mostly(cron),
        notificationEmails: mostly(emails),
        group: mostly(fc.constant('ops')),
        enabled: mostly(fc.boolean()),
      });
      const sound = {
        jobName: 'target',
        args: {},
        tags: 'nightly, ü',
        cron: '@daily',
        notificationEmails: 'a@example.com',
        group: 'ops',
        enabled: true,
      };
      await check(schedule, { accepted: sound, refused: { ...sound, cron: '60 * * * *' } }, async (sent) => {
        const answer = await answerOf(() => post(user, '/schedule', sent));
        if (!answer) return;
        const path = `/schedule/${String(answer.json()['id'])}`;
        const { json } = await gateway.call(user, 'GET', path);
        expect(json()).toMatchObject({
          jobName: sent.jobName,
          args: { ...(sent.args as Record<string, string> | null) },
          tags: trimmed(sent.tags),
          cron: trimmed(sent.cron),
          group: trimmed(sent.group),
          enabled: sent.enabled ?? true,
        });
        const next = await answerOf(() =>
          gateway.call(user, 'PATCH', path, { body: { tags: sent.tags, cron: sent.cron } }),
        );
        expect(next?.status).toBe(200);
        expect(await gateway.call(user, 'DELETE', path)).toMatchObject({ status: 200 });
      });
    },
    TIMEOUT_MS,
  );

  it(
    'as secrets is set completely or not at all, and never shown',
    async () => {
      const secrets = fc.dictionary(fc.oneof(envName, nastyText), mostly(nastyText), { maxKeys: 3 });
      await check(
        fc.record({ job_name: mostly(fc.constant('target')), secrets: mostly(secrets) }),
        {
          accepted: { job_name: 'target', secrets: { A: 'abcdef' } },
          refused: { job_name: 'target', secrets: { '': 'abcdef' } },
        },
        async (sent) => {
          const answer = await answerOf(() => post(gateway.admin, '/secret', sent));
          if (!answer) return;
          expect(answer.text).toBe('');
          const { json } = await gateway.call(gateway.admin, 'GET', `/secret/${String(sent.job_name)}`);
          const names = json<{ secrets: { name: string }[] }>().secrets.map((secret) => secret.name);
          expect(names).toEqual(expect.arrayContaining(Object.keys((sent.secrets as object | null) ?? {})));
        },
      );
    },
    TIMEOUT_MS,
  );

  it(
    'as accounts, groups and tokens is refused or accepted',
    async () => {
      const account = fc.record({
        email: mostly(emails),
        name: mostly(nastyText),
        service: mostly(fc.boolean()),
        groups: mostly(fc.array(nastyText, { maxLength: 2 })),
      });
      const sound = { email: 'made@example.com', name: 'Made', service: true, groups: [] };
      await check(account, { accepted: sound, refused: { ...sound, email: ',' } }, async (sent) => {
        const answer = await answerOf(() => post(gateway.admin, '/user', sent));
        if (!answer) return;
        const stored = await gateway.call(
          gateway.admin,
          'GET',
          `/user/${encodeURIComponent(String(sent.email))}`,
        );
        expect(stored.json()).toMatchObject({ name: sent.name ?? '', service: sent.service ?? false });
      });
      await check(
        fc.record({ name: mostly(nastyText), description: mostly(nastyText) }),
        { accepted: { name: 'made', description: '' }, refused: { name: '', description: '' } },
        async (sent) => void (await answerOf(() => post(gateway.admin, '/group', sent))),
      );
      await check(
        fc.record(
          { email: mostly(emails), label: mostly(nastyText), expires_in_seconds: nastyValue },
          { requiredKeys: [] },
        ),
        { accepted: {}, refused: { email: ',' } },
        async (sent) => void (await answerOf(() => post(gateway.admin, '/token', sent))),
      );
    },
    TIMEOUT_MS,
  );

  it(
    'in a path or query of any route is refused or answered',
    async () => {
      const asked = Object.values(routes as Record<string, Route>).filter(
        ({ method, params, query, who }) => method === 'GET' && who !== 'anyone' && (params ?? query),
      );
      const queryOf = (route: Route) =>
        Object.keys((route.query as { shape?: object } | undefined)?.shape ?? {});
      const request = fc
        .constantFrom(...asked)
        .chain((route) =>
          fc.tuple(
            fc.constant(route),
            nastyText,
            fc.array(
              fc.tuple(
                fc.oneof(fc.constantFrom('x', '__proto__', ...queryOf(route)), nastyText),
                fc.oneof(
                  nastyText,
                  fc.constantFrom(
                    '1',
                    'true',
                    '2026-01-31T10:00:00Z',
                    '0000-01-01T00:00:00Z',
                    '9999-12-31T23:59:59.999999999Z',
                    '10m',
                    '999999999d',
                  ),
                ),
              ),
              { maxLength: 3 },
            ),
          ),
        );
      type Asked = [Route, string, [string, string][]];
      const surely: { accepted: Asked; refused: Asked } = {
        accepted: [routes.listProcs, 'x', []],
        refused: [routes.listExecutions, 'x', [['per_page', '-1']]],
      };
      await check(
        request,
        surely,
        async ([route, part, query]) => {
          const path = route.path.replace(/:\w+/g, () => encode(part.slice(0, 500)));
          const search = query.map(
            ([key, value]) => `${encode(key.slice(0, 200))}=${encode(value.slice(0, 500))}`,
          );
          await answerOf(() => gateway.call(gateway.admin, 'GET', `${path}?${search.join('&')}`));
        },
        3 * RUNS,
      );
    },
    TIMEOUT_MS,
  );

  it(
    'as the body of any route is refused unless it is valid',
    async () => {
      const taking = Object.values(routes as Record<string, Route>).filter(
        ({ body, who, params }) => body && who !== 'anyone' && !params,
      );
      const bytes = fc.oneof(
        fc.uint8Array({ maxLength: 200 }),
        nastyValue.map((value) => Buffer.from(JSON.stringify(value) ?? '')),
        fc
          .constantFrom(
            '{"name":"target","name":"other","args":{"A":"1","A":{}}}',
            '{"name":"other","name":"target","args":{"A":{},"A":"1"}}',
            '[]',
            '{"name":"target","args":{"__proto__":{"x":"y"}}}',
            '{"__proto__":{"name":"target"},"constructor":{"prototype":{}}}',
            `${'['.repeat(200_000)}`,
            `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`,
            '"\\ud800"',
            '{"name":"\\u0000"}',
            '1e999',
            '\ufeff{}',
            ' '.repeat(MAX_BODY_BYTES),
            ' '.repeat(MAX_BODY_BYTES + 1),
          )
          .map((text) => Buffer.from(text)),
      );
      await check(
        fc.tuple(fc.constantFrom(...taking), bytes),
        {
          accepted: [routes.submitExecution, Buffer.from('{"name":"target","args":{}}')],
          refused: [routes.submitExecution, Buffer.from('[]')],
        },
        async ([{ method, path }, body]) => {
          await answerOf(async () => {
            const { email, token } = gateway.admin;
            const response = await fetch(`${gateway.url}${path}`, {
              method,
              headers: { 'Email-Id': email, 'Access-Token': token },
              body,
            });
            const text = await response.text();
            return {
              status: response.status,
              type: '',
              headers: response.headers,
              text,
              json: <T>() => JSON.parse(text) as T,
            };
          });
        },
        2 * RUNS,
      );
    },
    TIMEOUT_MS,
  );

  it(
    'as credentials or an Idempotency-Key is refused or accepted, never an internal error',
    async () => {
      const header = fc.string({
        unit: fc
          .integer({ min: 0x20, max: 0xff })
          .filter((code) => code !== 0x7f)
          .map((code) => String.fromCharCode(code)),
        maxLength: 300,
      });
      const key = fc.oneof(header, fc.stringMatching(/^[!-~]{1,200}$/));
      type Texts = [string, string, string, string];
      const surely: { accepted: Texts; refused: Texts } = {
        accepted: ['x', 'x', 'x', 'once'],
        refused: ['x', 'x', 'x', 'é'],
      };
      await check(fc.tuple(header, header, header, key), surely, async ([email, token, bearer, key]) => {
        const filled = (text: string) => text.trim() || 'x';
        await answerOf(() =>
          gateway.call(null, 'POST', '/execution', {
            headers: { 'Email-Id': filled(email), 'Access-Token': filled(token) },
            body: {},
          }),
        );
        await answerOf(() =>
          gateway.call(null, 'GET', '/metadata', { headers: { Authorization: `Bearer ${filled(bearer)}` } }),
        );
        await answerOf(() =>
          gateway.call(user, 'GET', '/metadata', { headers: { 'Client-Version': filled(token) } }),
        );
        await answerOf(() =>
          gateway.call(user, 'POST', '/execution', {
            headers: { 'Idempotency-Key': filled(key) },
            body: { name: 'target', args: {} },
          }),
        );
      });
    },
    TIMEOUT_MS,
  );
});

const trimmed = (value: unknown) => (typeof value === 'string' ? value.trim() : value);

/** Encodes text for a URL; a lone surrogate, which has no encoding, as the bytes that a careless client sends. */
function encode(text: string): string {
  return [...text]
    .map((character) => (/\p{Surrogate}/u.test(character) ? '%ED%A0%80' : encodeURIComponent(character)))
    .join('');
}
