import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { LocalIssuer } from '../../libs/plugins/src/testing/index.js';
import { until } from '../support/api-client.js';
import { startTestGateway, type Answer, type Identity, type TestGateway } from '../support/gateway.js';
import { runCliHere } from '../support/run-cli.js';
import { createDatabase, tempDir } from '../support/servers.js';

const SOON_MS = 5_000;
const HOUR_SECONDS = 3_600;
const SUBJECT = 'repo:acme/app:ref:refs/heads/main';
const CI = 'ci@example.com';

let database: Awaited<ReturnType<typeof createDatabase>>;
let gateway: TestGateway;
/** On the same database. */
let other: TestGateway;
let issuer: LocalIssuer;
let stranger: LocalIssuer;
let count = 0;

const env = { PROCTOR_FAILED_LOGINS_PER_ADDRESS: '10000', PROCTOR_FAILED_LOGINS_PER_IDENTITY: '10000' };

beforeAll(async () => {
  database = await createDatabase();
  gateway = await startTestGateway({ databaseUrl: database.url, env });
  other = await startTestGateway({ databaseUrl: database.url, adminName: 'other', env });
  issuer = await LocalIssuer.start();
  stranger = await LocalIssuer.start();
  await make('/user', { email: CI, service: true, groups: ['ops'] });
  const proc = (name: string, authorized_groups: string[]) => ({
    ...{ name, image_name: `proctor/${name}:1`, authorized_groups, env_vars: { args: [], secrets: [] } },
  });
  await make('/metadata', [proc('deploy', ['ops']), proc('migrate', ['ops']), proc('closed', ['others'])]);
  await makeRule({ name: 'deploy-app', procs: ['deploy'], claims: { environment: 'prod' } });
}, 60_000);
afterAll(async () => {
  await issuer?.close();
  await stranger?.close();
  await other?.remove();
  await gateway?.remove();
  await database?.drop();
}, 30_000);

async function make(path: string, body: unknown, by = gateway.admin): Promise<Record<string, unknown>> {
  const answer = await gateway.call(by, 'POST', path, { body });
  if (answer.status !== 201) throw new Error(`${path}: ${answer.status} ${answer.text}`);
  return answer.text === '' ? {} : answer.json();
}

const ruleBody = (changes: Record<string, unknown> = {}) => ({
  ...{ name: `rule-${++count}`, issuer: issuer.url, audience: 'proctor', subject: SUBJECT, account: CI },
  ...changes,
});
const makeRule = (changes: Record<string, unknown>, by = gateway.admin) =>
  make('/workload', ruleBody(changes), by);

const claims = (changes: Record<string, unknown> = {}) =>
  issuer.claims({ sub: SUBJECT, environment: 'prod', jti: `jti-${++count}`, ...changes });
const token = (changes?: Record<string, unknown>) => issuer.mint.sign(claims(changes));
const nowSeconds = () => Math.floor(Date.now() / 1_000);

const send = (bearer: string, method: string, path: string, body?: unknown, to = gateway): Promise<Answer> =>
  to.call(null, method, path, { body, headers: { Authorization: `Bearer ${bearer}` } });
const whoAmI = (bearer: string, to = gateway) => send(bearer, 'GET', '/whoami', undefined, to);

/** A rule of its own for a test, and a token for it. */
async function aRule(changes: Record<string, unknown> = {}, by = gateway.admin) {
  const subject = `repo:acme/app-${++count}`;
  const rule = await makeRule({ subject, ...changes }, by);
  return { name: String(rule['name']), subject, bearer: await token({ sub: subject }) };
}

describe('the token of a workload', () => {
  it('signs in as the service account, with the scope of the rule', async () => {
    const bearer = await token();
    expect((await whoAmI(bearer)).json()).toEqual({
      ...{ email: CI, name: '', groups: ['ops'], is_admin: false, scope: 'execute', procs: ['deploy'] },
    });
    const pair = await gateway.call({ email: CI, token: bearer }, 'GET', '/whoami');
    expect(pair.status).toBe(200);
    expect(await gateway.call({ email: 'x@example.com', token: bearer }, 'GET', '/whoami')).toMatchObject({
      status: 401,
    });
  });

  it('runs the one proc and nothing else', async () => {
    const bearer = await token();
    const made = await send(bearer, 'POST', '/execution', { name: 'deploy', args: {} });
    expect(made.status).toBe(201);
    const { id } = made.json<{ id: number }>();
    expect((await send(bearer, 'GET', `/execution/${id}`)).json()).toMatchObject({ user_email: CI });
    for (const [method, path, body] of [
      ['POST', '/execution', { name: 'migrate', args: {} }],
      ['POST', '/execution', { name: 'closed', args: {} }],
      ['GET', '/metadata/migrate', undefined],
      ['GET', '/schedule', undefined],
      ['GET', '/token', undefined],
      ['POST', '/token', { scope: 'read' }],
      ['GET', '/user', undefined],
      ['GET', '/workload', undefined],
      ['POST', '/workload', ruleBody()],
    ] as const)
      expect([path, (await send(bearer, method, path, body)).status]).toEqual([path, 403]);
  });

  it('is named in the audit trail, with the rule', async () => {
    const jti = `jti-${++count}`;
    const bearer = await token({ jti });
    await send(bearer, 'POST', '/execution', { name: 'deploy', args: {} });
    await send(bearer, 'POST', '/execution', { name: 'migrate', args: {} });
    const rows = await gateway.query<{ allowed: boolean; details: object }>(
      `select allowed, details from audit_event where actor = $1 and details->>'jti' = $2 order by id`,
      [CI, jti],
    );
    expect(rows.map(({ allowed }) => allowed)).toEqual([true, false]);
    for (const { details } of rows)
      expect(details).toMatchObject({ workload: 'deploy-app', sub: SUBJECT, jti });
    const others = await gateway.query(`select 1 from audit_event where actor <> $1 and details ? 'jti'`, [
      CI,
    ]);
    expect(others).toEqual([]);
  });

  it('makes neither tokens nor rules, also with the scope admin', async () => {
    await make('/user', { email: 'root@example.com', service: true, groups: ['proctor_admin'] });
    const { bearer } = await aRule({ account: 'root@example.com', scope: 'admin' });
    expect((await whoAmI(bearer)).json()).toMatchObject({ is_admin: true });
    for (const [path, body] of [
      ['/token', {}],
      ['/token', { email: gateway.admin.email }],
      ['/workload', ruleBody()],
    ] as const) {
      const refused = await send(bearer, 'POST', path, body);
      expect([refused.status, refused.text]).toEqual([403, expect.stringContaining('Tokens of workloads')]);
    }
  });

  it('has no admin’s rights with the default scope', async () => {
    await make('/user', { email: 'chief@example.com', service: true, groups: ['proctor_admin'] });
    const { bearer } = await aRule({ account: 'chief@example.com' });
    expect((await whoAmI(bearer)).json()).toMatchObject({ is_admin: false, scope: 'execute' });
  });
});

describe('a forged or foreign token', () => {
  const forgeries: [what: string, make: () => Promise<string> | string][] = [
    ['for another audience', () => token({ aud: 'https://github.com/acme' })],
    ['for an audience in another case', () => token({ aud: 'Proctor' })],
    ['for no audience', () => token({ aud: undefined })],
    ['of another subject', () => token({ sub: 'repo:acme/app:ref:refs/heads/feature' })],
    ['of a subject that begins alike', () => token({ sub: `${SUBJECT}-evil` })],
    ['of a repository that begins alike', () => token({ sub: 'repo:acme/app-evil:ref:refs/heads/main' })],
    ['of a subject in another case', () => token({ sub: SUBJECT.replace('acme', 'Acme') })],
    ['without a subject', () => token({ sub: undefined })],
    ['with a list as subject', () => token({ sub: [SUBJECT] })],
    ['with another value of a claim', () => token({ environment: 'test' })],
    ['with a list that has the value of a claim', () => token({ environment: ['prod'] })],
    ['without a claim', () => token({ environment: undefined })],
    ['that has expired', () => token({ iat: nowSeconds() - 600, exp: nowSeconds() - 60 })],
    ['from the future', () => token({ iat: nowSeconds() + 120, exp: nowSeconds() + 300 })],
    ['that is not valid yet', () => token({ nbf: nowSeconds() + 120 })],
    ['without an expiry', () => token({ exp: undefined })],
    ['without a time of issue', () => token({ iat: undefined })],
    ['for more than a day', () => token({ exp: nowSeconds() + 25 * HOUR_SECONDS })],
    ['without a signature', () => issuer.mint.leaveUnsigned(claims())],
    ['signed with the public key as a secret', () => issuer.mint.signWithPublicKey(claims())],
    ['signed with another key', () => issuer.mint.forge(claims())],
    ['of an unknown issuer', () => stranger.mint.sign({ ...claims(), iss: stranger.url })],
    ['of an issuer with a slash more', () => token({ iss: `${issuer.url}/` })],
    [
      'that brings its own key',
      () => {
        const [jwk] = stranger.mint.publicKeys().keys;
        return stranger.mint.sign(claims(), { header: { jwk, jku: `${stranger.url}/keys`, kid: 'key-1' } });
      },
    ],
  ];

  it.each(forgeries)('is refused: %s', async (_what, forge) => {
    expect(await whoAmI(await token())).toMatchObject({ status: 200 });
    expect(await whoAmI(await forge())).toMatchObject({ status: 401 });
    expect(stranger.requests()).toEqual([]);
  });

  it('is told which claims came, with values of its own subject and audience only', async () => {
    const mismatch = (await whoAmI(await token({ sub: 'repo:acme/other', environment: 'hidden' }))).text;
    expect(mismatch).toContain('repo:acme/other');
    expect(mismatch).toContain('environment');
    expect(mismatch).not.toContain('hidden');
    expect(mismatch).not.toContain('deploy-app');
    expect((await whoAmI(await token({ aud: 'elsewhere' }))).text).toContain('elsewhere');
    expect((await whoAmI(await token({ iat: nowSeconds() - 600, exp: nowSeconds() - 60 }))).text).toContain(
      'exp',
    );
  });

  it('counts as a failed login of its address', async () => {
    const strict = await startTestGateway({
      ...{ databaseUrl: database.url, admin: gateway.admin },
      env: { PROCTOR_FAILED_LOGINS_PER_ADDRESS: '3' },
    });
    try {
      const statuses = [];
      for (let n = 0; n < 4; n++)
        statuses.push((await whoAmI(await token({ sub: `guess-${n}` }), strict)).status);
      expect(statuses).toEqual([401, 401, 401, 429]);
      expect(await whoAmI(await token(), strict)).toMatchObject({ status: 200 });
    } finally {
      await strict.remove();
    }
  }, 30_000);
});

describe('on every gateway, within seconds, a token ends', () => {
  const endings: [what: string, end: (rule: { name: string; account: string }) => Promise<unknown>][] = [
    ['when its rule is removed', ({ name }) => gateway.call(gateway.admin, 'DELETE', `/workload/${name}`)],
    [
      'when its account is disabled',
      ({ account }) => gateway.call(gateway.admin, 'PATCH', `/user/${account}`, { body: { active: false } }),
    ],
    [
      'when its account is removed',
      ({ account }) => gateway.call(gateway.admin, 'DELETE', `/user/${account}`),
    ],
  ];

  it.each(endings)('%s', async (_what, end) => {
    const account = `service-${++count}@example.com`;
    await make('/user', { email: account, service: true });
    const { name, bearer } = await aRule({ account });
    for (const one of [gateway, other]) expect(await whoAmI(bearer, one)).toMatchObject({ status: 200 });
    await end({ name, account });
    expect(await whoAmI(bearer)).toMatchObject({ status: 401 });
    await until(async () => (await whoAmI(bearer, other)).status === 401, SOON_MS);
    await make('/user', { email: account, service: true }).catch(() => undefined);
    expect(await whoAmI(bearer)).toMatchObject({ status: 401 });
  });

  it('when the token is revoked that its rule was made with', async () => {
    const stolen = await make('/token', {});
    const thief = { email: gateway.admin.email, token: String(stolen['token']) };
    const child = await make('/token', {}, thief);
    const { name, bearer } = await aRule({}, { ...thief, token: String(child['token']) });
    expect(await whoAmI(bearer, other)).toMatchObject({ status: 200 });
    await gateway.call(gateway.admin, 'DELETE', `/token/${String(stolen['id'])}`);
    await until(async () => (await whoAmI(bearer, other)).status === 401, SOON_MS);
    const shown = await gateway.call(gateway.admin, 'GET', `/workload/${name}`);
    expect(shown.json()).toMatchObject({ active: false, parent: child['id'] });
  });
});

describe('an issuer', () => {
  it('that is down delays its own new tokens only', async () => {
    const down = await LocalIssuer.start();
    const subject = 'system:serviceaccount:jobs:down';
    await makeRule({ issuer: down.url, subject });
    down.goDown('hang');
    const flood = Array.from({ length: 20 }, async (_, n) =>
      whoAmI(await down.mint.sign(down.claims({ sub: subject, jti: `down-${n}` }))),
    );
    const start = performance.now();
    for (let n = 0; n < 20; n++) expect(await whoAmI(await token())).toMatchObject({ status: 200 });
    expect(await gateway.call(gateway.admin, 'GET', '/whoami')).toMatchObject({ status: 200 });
    expect(performance.now() - start).toBeLessThan(4_000);
    for (const answer of await Promise.all(flood)) {
      expect(answer.status).toBe(503);
      expect(answer.text).toContain(down.url);
    }
    down.comeBack();
    const back = async () =>
      (await whoAmI(await down.mint.sign(down.claims({ sub: subject })))).status === 200;
    await until(back, SOON_MS);
    await down.close();
  }, 30_000);

  it('is not asked again for each unknown key', async () => {
    await whoAmI(await token());
    const before = issuer.keyFetches();
    for (let n = 0; n < 50; n++) {
      const unknown = await issuer.mint.sign(claims(), { header: { kid: `made-up-${n}` } });
      expect(await whoAmI(unknown)).toMatchObject({ status: 401 });
    }
    expect(issuer.keyFetches() - before).toBeLessThanOrEqual(2);
  });

  it('whose document names another issuer is not believed', async () => {
    const liar = await LocalIssuer.start();
    liar.documentChanges = { issuer: issuer.url };
    await makeRule({ issuer: liar.url });
    expect(await whoAmI(await liar.mint.sign(liar.claims({ sub: SUBJECT })))).toMatchObject({ status: 503 });
    await liar.close();
  });
});

describe('a rule', () => {
  it('is listed, shown and removed', async () => {
    const { name, subject } = await aRule({ claims: { ref: 'main' }, scope: 'read' });
    const shown = (await gateway.call(gateway.admin, 'GET', `/workload/${name}`)).json();
    expect(shown).toMatchObject({
      ...{ name, subject, issuer: issuer.url, audience: 'proctor', claims: { ref: 'main' }, account: CI },
      ...{ scope: 'read', active: true, created_by: gateway.admin.email },
    });
    const listed = (await gateway.call(gateway.admin, 'GET', '/workload')).json<object[]>();
    expect(listed).toContainEqual(shown);
    expect(await gateway.call(gateway.admin, 'DELETE', `/workload/${name}`)).toMatchObject({ status: 204 });
    for (const method of ['GET', 'DELETE'])
      expect(await gateway.call(gateway.admin, method, `/workload/${name}`)).toMatchObject({ status: 404 });
  });

  it.each<[string, number, Record<string, unknown>, string]>([
    ['without an audience', 400, { audience: undefined }, 'audience'],
    ['with an empty audience', 400, { audience: '' }, 'audience: must not be empty'],
    ['without a subject', 400, { subject: undefined }, 'subject'],
    ['for every subject', 400, { subject: '*' }, 'at least 2 parts'],
    ['for every repository of the issuer', 400, { subject: 'repo:*' }, 'at least 2 parts'],
    ['with * within a part', 400, { subject: 'repo:acme/app*' }, 'whole part'],
    ['of an issuer without TLS', 400, { issuer: 'http://issuer.example.com' }, 'must be an https address'],
    ['of an issuer with a password', 400, { issuer: 'https://a:b@issuer.example.com' }, 'credentials'],
    ['of a file', 400, { issuer: 'file:///etc/passwd' }, 'must be an https address'],
    ['with a misspelled field', 400, { claim: { environment: 'prod' } }, 'Unrecognized key: "claim"'],
    ['with a claim that has a field', 400, { claims: { aud: 'x' } }, 'must not name iss, sub, aud'],
    ['with a list as claim', 400, { claims: { environment: ['prod'] } }, 'claims.environment'],
    ['with procs and the scope admin', 400, { procs: ['deploy'], scope: 'admin' }, 'cannot limit'],
    ['for a proc that does not exist', 404, { procs: ['deploi'] }, 'Did you mean deploy?'],
    ['for an account that does not exist', 404, { account: 'nobody@example.com' }, 'No such account'],
    ['for a person', 409, { account: 'admin@example.com' }, 'account of a person'],
    ['with a name that is taken', 409, { name: 'deploy-app' }, 'deploy-app already'],
  ])('is refused %s', async (_what, status, changes, text) => {
    const refused = await gateway.call(gateway.admin, 'POST', '/workload', { body: ruleBody(changes) });
    expect([refused.status, refused.text]).toEqual([status, expect.stringContaining(text)]);
  });

  it('is refused for a disabled account', async () => {
    await make('/user', { email: 'off@example.com', service: true });
    await gateway.call(gateway.admin, 'PATCH', '/user/off@example.com', { body: { active: false } });
    const body = ruleBody({ account: 'off@example.com' });
    expect(await gateway.call(gateway.admin, 'POST', '/workload', { body })).toMatchObject({ status: 409 });
  });

  it('is refused while authentication is off', async () => {
    const open = await startTestGateway({
      ...{ databaseUrl: database.url, admin: gateway.admin },
      env: { PROCTOR_AUTH_ENABLED: 'false' },
    });
    expect(await open.call(null, 'POST', '/workload', { body: ruleBody() })).toMatchObject({ status: 409 });
    await open.remove();
  }, 30_000);
});

describe('the CLI', () => {
  const folder = tempDir();
  afterAll(() => folder.remove());
  const run = async (who: Identity, ...words: string[]) => {
    const { exitCode, stdout, stderr } = await runCliHere(words, {
      ...{ LOCAL_CONFIG_DIR: folder.path, PROCTOR_HOST: gateway.url },
      ...{ EMAIL_ID: who.email, ACCESS_TOKEN: who.token },
    });
    return { exitCode, text: stdout + stderr };
  };
  const admin = (...words: string[]) => run(gateway.admin, 'workload', ...words);

  it('creates, lists, shows and removes rules, with which a job runs its proc', async () => {
    const subject = 'repo:acme/by-cli';
    const job = { email: CI, token: await token({ sub: subject }) };
    const about = ['--issuer', issuer.url, '--audience', 'proctor', '--subject', subject, '--account', CI];
    const made = await admin('create', 'by-cli', ...about, '--claim', 'environment=prod', '--proc', 'deploy');
    expect([made.exitCode, made.text]).toEqual([0, expect.stringContaining('execute of deploy')]);
    expect((await admin('list')).text).toMatch(/by-cli +ci@example.com +execute of deploy +active/);
    expect((await admin('describe', 'by-cli')).text).toContain('environment=prod');
    expect(await run(job, 'execute', 'deploy', '--detach')).toMatchObject({ exitCode: 0 });
    const refused = await run({ ...job, token: await token({ sub: `${subject}-evil` }) }, 'whoami');
    expect([refused.exitCode, refused.text]).toEqual([3, expect.stringContaining(`${subject}-evil`)]);
    expect(await admin('remove', 'by-cli', '--yes')).toMatchObject({ exitCode: 0 });
    expect(await run(job, 'whoami')).toMatchObject({ exitCode: 3 });
  });
});

describe('beside single sign-on with the same issuer', () => {
  let sso: TestGateway;
  beforeAll(async () => {
    const people = { ...(issuer.env() as Record<string, string>), PROCTOR_OIDC_CLIENT_ID: 'people' };
    sso = await startTestGateway({
      ...{ databaseUrl: database.url, admin: gateway.admin },
      env: { ...env, ...people, PROCTOR_AUTH_PLUGIN_BINARY: 'oidc' },
    });
  }, 60_000);
  afterAll(() => sso.remove(), 30_000);

  it('workloads and people sign in, each for their audience', async () => {
    expect((await whoAmI(await token(), sso)).json()).toMatchObject({ email: CI });
    const person = await token({ aud: 'people', email: 'ann@example.com', groups: ['ops'] });
    expect((await whoAmI(person, sso)).json()).toMatchObject({ email: 'ann@example.com', scope: 'admin' });
  });

  it('a person is never a service account: not by a rule that was there first, nor with two audiences', async () => {
    const subject = 'repo:acme/person';
    await makeRule({ audience: 'people', subject });
    const person = { sub: subject, email: 'ann@example.com' };
    for (const aud of ['people', ['people', 'proctor'], ['proctor', 'people']])
      expect((await whoAmI(await token({ ...person, aud }), sso)).json()).toMatchObject({
        email: person.email,
      });
    const listed = (await sso.call(gateway.admin, 'GET', '/workload')).json<{ audience: string }[]>();
    expect(listed.find(({ audience }) => audience === 'people')).toMatchObject({ active: false });
    const body = ruleBody({ audience: 'people' });
    expect(await sso.call(gateway.admin, 'POST', '/workload', { body })).toMatchObject({ status: 409 });
  });

  it('the email of a service account in a person’s token signs nobody in', async () => {
    const person = await token({ aud: 'people', email: CI });
    expect(await whoAmI(person, sso)).toMatchObject({ status: 401 });
  });
});
