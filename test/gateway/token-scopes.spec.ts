import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { pathOf, routes, scopeOf, type Route, type RouteName } from '@app/contract';
import { includesLevel, SCOPE_LEVELS, type Scope } from '@app/domain';
import { startTestGateway, type Answer, type Identity, type TestGateway } from '../support/gateway.js';

let gateway: TestGateway;
let admin: Identity;
let ann: Identity;

const proc = (name: string, groups: string[] = []) => ({
  name,
  image_name: `proctor/${name}:1`,
  authorized_groups: groups,
  env_vars: { args: [{ name: 'A' }], secrets: [] },
});

beforeAll(async () => {
  gateway = await startTestGateway();
  admin = gateway.admin;
  ann = await gateway.createUser('ann', ['ops']);
  const procs = [proc('deploy', ['ops']), proc('migrate', ['ops']), proc('closed', ['others'])];
  expect(await call(admin, 'POST', '/metadata', procs)).toMatchObject({ status: 201 });
}, 60_000);
afterAll(() => gateway.remove(), 30_000);

const call = (who: Identity, method: string, path: string, body?: unknown) =>
  gateway.call(who, method, path, { body, headers: { Accept: 'application/json' } });

async function makeToken(
  by: Identity,
  body: Record<string, unknown>,
): Promise<Identity & { id: string; expires_at?: string }> {
  const answer = await call(by, 'POST', '/token', body);
  expect(answer).toMatchObject({ status: 201 });
  return { email: by.email, ...answer.json<{ id: string; token: string }>() };
}

async function execute(who: Identity, name: string): Promise<number> {
  const answer = await call(who, 'POST', '/execution', { name, args: { A: '1' } });
  expect(answer).toMatchObject({ status: 201 });
  return answer.json<{ id: number }>().id;
}

const schedule = (jobName: string, tags: string) => ({
  ...{
    jobName,
    tags,
    cron: '0 4 * * *',
    args: { A: tags },
    group: 'ops',
    notificationEmails: 'a@example.com',
  },
});
const isRefusedByScope = ({ status, text }: Answer) => status === 403 && text.includes('requires a token');

describe('the scope of a token', () => {
  const scopes: Scope[] = [
    ...SCOPE_LEVELS.map((level) => ({ level, procs: null })),
    { level: 'read', procs: ['deploy'] },
    { level: 'execute', procs: ['deploy'] },
  ];
  const guarded = (Object.keys(routes) as RouteName[]).filter((name) => routes[name].who !== 'anyone');

  it.each(scopes)('$level of $procs admits to exactly the routes that say so', async ({ level, procs }) => {
    const token = await makeToken(admin, { scope: level, procs: procs ?? undefined });
    const admitted: string[] = [];
    for (const name of guarded) {
      const { method: usual, replyType } = routes[name];
      // Events do not end: only their head is asked for.
      const method = replyType === 'events' ? 'HEAD' : usual;
      const path = pathOf(name, { id: '0', name: 'none', email: 'x', secret: 'x', n: '1' });
      const answer = await call(token, method, path, usual === 'GET' ? undefined : {});
      expect([name, answer.status < 500]).toEqual([name, true]);
      if (!isRefusedByScope(answer)) admitted.push(name);
    }
    const expected = guarded.filter((name) => {
      const route: Route = routes[name];
      const needed = scopeOf(route);
      if (needed === null || !includesLevel({ level, procs }, needed)) return false;
      return procs === null || (route.who === 'authenticated' && route.allowsProcLimit);
    });
    expect(admitted).toEqual(expected);
  });

  it('is named in the refusal, which says how to make a token that has it', async () => {
    const token = await makeToken(ann, { scope: 'read' });
    const refused = await call(token, 'POST', '/execution', { name: 'deploy', args: {} });
    expect(refused.status).toBe(403);
    expect(refused.json()).toMatchObject({
      detail: 'This requires a token with the scope execute; yours has the scope read.',
      hint: expect.stringContaining('proctor token create --scope execute'),
    });
    const events = (await call(admin, 'GET', `/audit?actor=${ann.email}&allowed=false`)).text;
    expect(events).toContain('submitExecution');
  });

  it('takes an admin’s rights away, but not those of other groups', async () => {
    const token = await makeToken(admin, { scope: 'execute' });
    expect((await call(token, 'GET', '/whoami')).json()).toMatchObject({ is_admin: false, scope: 'execute' });
    expect(await call(token, 'POST', '/execution', { name: 'closed', args: {} })).toMatchObject({
      status: 403,
    });
    const id = await execute(ann, 'deploy');
    expect(await call(token, 'GET', `/execution/${id}`)).toMatchObject({ status: 403 });
    expect((await call(token, 'GET', '/metadata')).json()).toEqual([]);
    expect(await call(admin, 'GET', `/execution/${id}`)).toMatchObject({ status: 200 });
  });

  it.each([
    ['an unknown scope', { scope: 'write' }],
    ['no procs', { procs: [] }],
    ['procs for admin', { scope: 'admin', procs: ['deploy'] }],
    ['a name that no proc can have', { procs: ['../x'] }],
    ['too many procs', { procs: Array.from({ length: 101 }, (_, n) => `p${n}`) }],
  ])('is refused with %s', async (_what, body) => {
    expect(await call(ann, 'POST', '/token', body)).toMatchObject({ status: 400 });
  });

  it('names only procs that exist, and that the caller may execute', async () => {
    expect(await call(ann, 'POST', '/token', { procs: ['deploi'] })).toMatchObject({ status: 404 });
    expect(await call(ann, 'POST', '/token', { procs: ['closed'] })).toMatchObject({ status: 403 });
    expect(await call(admin, 'POST', '/token', { procs: ['closed'] })).toMatchObject({ status: 201 });
  });
});

describe('a token that is limited to a proc', () => {
  let ci: Identity;
  let own: { deploy: number; migrate: number };
  beforeAll(async () => {
    ci = await makeToken(ann, { procs: ['deploy'], label: 'ci' });
    own = { deploy: await execute(ann, 'deploy'), migrate: await execute(ann, 'migrate') };
  });

  it('has the scope execute unless it says read', async () => {
    expect((await call(ci, 'GET', '/whoami')).json()).toMatchObject({ scope: 'execute', procs: ['deploy'] });
    const reader = await makeToken(ann, { procs: ['deploy'], scope: 'read' });
    expect(await call(reader, 'POST', '/execution', { name: 'deploy', args: {} })).toMatchObject({
      status: 403,
    });
  });

  it('executes that proc, and reads, follows, reruns and cancels its executions', async () => {
    const id = await execute(ci, 'deploy');
    expect(await call(ci, 'GET', `/execution/${id}/status`)).toMatchObject({ status: 200 });
    expect(await call(ci, 'GET', `/execution/${id}`)).toMatchObject({ status: 200 });
    expect(await call(ci, 'POST', `/execution/${id}/rerun`)).toMatchObject({ status: 201 });
    const viewer = gateway.watch(ci, id);
    await gateway.addRows(id, [{ text: 'hello' }]);
    expect(await call(ci, 'POST', `/execution/${id}/cancel`)).toMatchObject({ status: 200 });
    expect(await viewer.ended).toMatchObject({ code: 1000 });
  });

  it('does and sees nothing of other procs, its owner’s own executions included', async () => {
    for (const answer of [
      await call(ci, 'POST', '/execution', { name: 'migrate', args: {} }),
      await call(ci, 'GET', '/metadata/migrate'),
      await call(ci, 'GET', '/metadata/nothing-like-it'),
      await call(ci, 'GET', `/execution/${own.migrate}/status`),
      await call(ci, 'GET', `/execution/${own.migrate}`),
      await call(ci, 'GET', `/execution/${own.migrate}/log`),
      await call(ci, 'GET', `/execution/logs?context_id=${own.migrate}`),
      await call(ci, 'POST', `/execution/${own.migrate}/rerun`),
      await call(ci, 'POST', `/execution/${own.migrate}/cancel`),
    ]) {
      expect(answer.status).toBe(403);
      expect(answer.json<{ detail: string }>().detail).not.toContain('No such proc');
    }
    expect(await gateway.watch(ci, own.migrate).ended).toMatchObject({ status: 403 });
  });

  it('is shown that proc and its executions only', async () => {
    const listed = (await call(ci, 'GET', '/metadata')).json<{ name: string }[]>();
    expect(listed.map(({ name }) => name)).toEqual(['deploy']);
    for (const query of ['', `?user=${ann.email}`, '?proc=deploy', '?status=RECEIVED']) {
      const { executions } = (await call(ci, 'GET', `/execution${query}`)).json<{
        executions: { id: number; job_name: string }[];
      }>();
      expect(new Set(executions.map(({ job_name }) => job_name))).toEqual(new Set(['deploy']));
      expect(executions.map(({ id }) => id)).toContain(own.deploy);
    }
    for (const query of ['?proc=migrate', `?proc=migrate&user=${ann.email}`])
      expect((await call(ci, 'GET', `/execution${query}`)).json()).toMatchObject({ executions: [] });
  });

  it('has no access to schedules, tokens and settings', async () => {
    const { id } = (await call(ann, 'POST', '/schedule', schedule('deploy', 'nightly'))).json<{
      id: number;
    }>();
    for (const [method, path, body] of [
      ['GET', '/schedule', undefined],
      ['GET', `/schedule/${id}`, undefined],
      ['PATCH', `/schedule/${id}`, { enabled: false }],
      ['DELETE', `/schedule/${id}`, undefined],
      ['POST', '/schedule', schedule('deploy', 'other')],
      ['GET', '/token', undefined],
      ['POST', '/token', { scope: 'read', procs: ['deploy'] }],
      ['PUT', '/whoami/notification', { notify_on: [] }],
    ] as const)
      expect([path, (await call(ci, method, path, body)).status]).toEqual([path, 403]);
    expect(await call(ann, 'GET', `/schedule/${id}`)).toMatchObject({ status: 200 });
  });

  it('stops when its owner may no longer execute the proc', async () => {
    const bob = await gateway.createUser('bob', ['ops']);
    const token = await makeToken(bob, { procs: ['deploy'] });
    await execute(token, 'deploy');
    expect(await call(admin, 'DELETE', `/group/ops/member/${bob.email}`)).toMatchObject({ status: 204 });
    expect(await call(token, 'POST', '/execution', { name: 'deploy', args: {} })).toMatchObject({
      status: 403,
    });
  });
});

describe('tokens with a scope narrower than admin', () => {
  it.each(['read', 'execute'])('make and change no tokens and accounts: %s', async (scope) => {
    const chief = await gateway.createUser(`chief-${scope}`, ['proctor_admin']);
    const token = await makeToken(chief, { scope });
    for (const [method, path, body] of [
      ['POST', '/token', { scope: 'admin' }],
      ['POST', '/token', { scope: 'read' }],
      ['POST', '/token', { email: ann.email }],
      ['GET', '/token', undefined],
      ['POST', '/user', { email: 'evil@example.com', groups: ['proctor_admin'] }],
      ['PATCH', `/user/${chief.email}`, { name: 'x' }],
      ['PUT', `/group/proctor_admin/member/${ann.email}`, undefined],
      ['PUT', '/whoami/notification', { notify_on: [] }],
    ] as const)
      expect([method, path, (await call(token, method, path, body)).status]).toEqual([method, path, 403]);
  });
});

describe('a token that was made with another one', () => {
  it('names it, and ends when that is revoked, for all of its line', async () => {
    const stolen = await makeToken(admin, { label: 'laptop' });
    const child = await makeToken(stolen, { email: ann.email });
    const grandchild = await makeToken({ ...child, email: ann.email }, { scope: 'execute' });
    const line = [stolen, { ...child, email: ann.email }, { ...grandchild, email: ann.email }];
    const statuses = async () =>
      Promise.all(line.map(async (who) => (await call(who, 'GET', '/whoami')).status));
    expect(await statuses()).toEqual([200, 200, 200]);
    const listed = (await call(admin, 'GET', `/token?email=${ann.email}`)).json<{
      tokens: { id: string; parent?: string; scope: string }[];
    }>();
    expect(listed.tokens.find(({ id }) => id === child.id)).toMatchObject({
      parent: stolen.id,
      scope: 'admin',
    });
    expect(listed.tokens.find(({ id }) => id === grandchild.id)).toMatchObject({ parent: child.id });
    expect(await call(admin, 'DELETE', `/token/${stolen.id}`)).toMatchObject({ status: 204 });
    expect(await statuses()).toEqual([401, 401, 401]);
  });

  it('ends with the account of that one', async () => {
    const chief = await gateway.createUser('leaving', ['proctor_admin']);
    const token = { ...(await makeToken(chief, { email: ann.email })), email: ann.email };
    expect(await call(token, 'GET', '/whoami')).toMatchObject({ status: 200 });
    expect(await call(admin, 'PATCH', `/user/${chief.email}`, { active: false })).toMatchObject({
      status: 200,
    });
    expect(await call(token, 'GET', '/whoami')).toMatchObject({ status: 401 });
    expect(await call(admin, 'DELETE', `/user/${chief.email}`)).toMatchObject({ status: 204 });
    expect(await call(token, 'GET', '/whoami')).toMatchObject({ status: 401 });
  });
});

describe('an account', () => {
  it('has at most 50 tokens that work, also when they are created at the same time', async () => {
    const eve = await gateway.createUser('eve', []);
    const answers = await Promise.all(Array.from({ length: 60 }, () => call(eve, 'POST', '/token', {})));
    const made = answers.filter(({ status }) => status === 201);
    expect(made).toHaveLength(49);
    expect(answers.find(({ status }) => status !== 201)?.json()).toMatchObject({
      status: 409,
      detail: `${eve.email} has 50 tokens, which is the most.`,
      hint: expect.stringContaining('proctor token revoke'),
    });
    expect(await call(admin, 'POST', '/token', { email: eve.email })).toMatchObject({ status: 409 });
    await call(eve, 'DELETE', `/token/${made[0]?.json<{ id: string }>().id}`);
    expect(await call(eve, 'POST', '/token', {})).toMatchObject({ status: 201 });
  }, 30_000);
});

describe('the lifetime of tokens', () => {
  let strict: TestGateway;
  beforeAll(async () => {
    strict = await startTestGateway({
      env: { PROCTOR_TOKEN_DEFAULT_DAYS: '7', PROCTOR_TOKEN_MAX_DAYS: '30' },
    });
  }, 60_000);
  afterAll(() => strict.remove(), 30_000);

  const create = (who: TestGateway, seconds: number | null | undefined) =>
    who.call(who.admin, 'POST', '/token', { body: { expires_in_seconds: seconds } });
  const daysOf = (answer: Answer) =>
    Math.round((Date.parse(answer.json<{ expires_at: string }>().expires_at) - Date.now()) / 86_400_000);

  it('has a default and a maximum if the gateway sets them', async () => {
    expect(daysOf(await create(strict, undefined))).toBe(7);
    expect(daysOf(await create(strict, 30 * 86_400))).toBe(30);
    for (const seconds of [null, 30 * 86_400 + 1]) {
      const refused = await create(strict, seconds);
      expect([refused.status, refused.text]).toEqual([400, expect.stringContaining('within 30 days')]);
    }
  });

  it('is endless without them, if nothing or that is requested', async () => {
    for (const seconds of [null, undefined])
      expect((await create(gateway, seconds)).json()).not.toHaveProperty('expires_at');
  });
});
