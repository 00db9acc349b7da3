import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTestGateway, type Answer, type Identity, type TestGateway } from '../support/gateway.js';

let gateway: TestGateway;
let user: Identity;

beforeAll(async () => {
  gateway = await startTestGateway();
  user = await gateway.createUser('user', ['one']);
}, 60_000);

afterAll(() => gateway.remove(), 30_000);

const admin = (method: string, path: string, body?: unknown) =>
  gateway.call(gateway.admin, method, path, { body, headers: { Accept: 'application/json' } });
const as = (who: Identity | null, method: string, path: string, body?: unknown) =>
  gateway.call(who, method, path, { body });
const detail = (answer: Answer) => answer.json<{ detail: string }>().detail;

let count = 0;
async function makeUser(body: Record<string, unknown> = {}): Promise<string> {
  const { email = `made-${++count}@example.com`, ...rest } = body as { email?: string };
  expect(await admin('POST', '/user', { email, ...rest })).toMatchObject({ status: 201 });
  return email;
}

async function makeToken(
  email: string,
  body: Record<string, unknown> = {},
): Promise<Identity & { id: string }> {
  const answer = await admin('POST', '/token', { email, ...body });
  expect(answer).toMatchObject({ status: 201 });
  return { email, ...answer.json<{ id: string; token: string }>() };
}

describe('GET /whoami', () => {
  it('shows the account of the caller', async () => {
    expect((await as(user, 'GET', '/whoami')).json()).toEqual({
      email: user.email,
      name: 'user',
      groups: ['one'],
      is_admin: false,
      scope: 'admin',
    });
    expect((await as(gateway.admin, 'GET', '/whoami')).json()).toMatchObject({ is_admin: true });
  });
});

describe('accounts', () => {
  it('are created, shown, changed and removed', async () => {
    const email = 'ada/lovelace+x@example.com';
    const path = `/user/${encodeURIComponent(email)}`;
    const made = await admin('POST', '/user', { email, name: 'Ada', groups: ['new', 'one', 'new'] });
    expect(made.status).toBe(201);
    expect(made.json()).toMatchObject({ email, name: 'Ada', active: true, service: false });
    expect((await admin('GET', path)).json<{ groups: string[] }>().groups.sort()).toEqual(['new', 'one']);
    const changed = await admin('PATCH', path, { name: 'Countess', groups: ['one'] });
    expect(changed).toMatchObject({ status: 200 });
    expect(changed.json()).toMatchObject({ name: 'Countess', groups: ['one'], active: true });
    expect(await admin('DELETE', path)).toMatchObject({ status: 204, text: '' });
    expect(await admin('GET', path)).toMatchObject({ status: 404 });
    expect(await admin('DELETE', path)).toMatchObject({ status: 404 });
    expect(await admin('PATCH', path, { name: 'x' })).toMatchObject({ status: 404 });
  });

  it('have unique emails, in any case', async () => {
    const email = await makeUser();
    expect(await admin('POST', '/user', { email })).toMatchObject({ status: 409 });
    expect(await admin('POST', '/user', { email: email.toUpperCase() })).toMatchObject({ status: 409 });
  });

  it('are one, however the letters of the email are written', async () => {
    const [first, other] = ['Mary.Shelley@Example.com', 'MARY.shelley@example.COM'];
    await makeUser({ email: first, groups: ['one'] });
    const path = `/user/${other}`;
    expect((await admin('GET', path)).json()).toMatchObject({ email: first, groups: ['one'] });
    const changed = await admin('PATCH', path, { name: 'Mary', groups: ['one', 'two'] });
    expect(changed.json()).toMatchObject({ email: first, name: 'Mary', groups: ['one', 'two'] });
    expect(await admin('PUT', `/group/one/member/${other}`)).toMatchObject({ status: 204 });
    expect(await admin('DELETE', `/group/two/member/${other}`)).toMatchObject({ status: 204 });
    expect((await admin('GET', path)).json()).toMatchObject({ groups: ['one'] });

    const token = await makeToken(other);
    for (const email of [first, other, first.toLowerCase()])
      expect((await as({ ...token, email }, 'GET', '/whoami')).json()).toMatchObject({ email: first });
    const own = { ...token, email: other };
    expect(await as(own, 'POST', '/token', { email: first.toUpperCase() })).toMatchObject({ status: 201 });
    for (const who of ['', `?email=${first}`, `?email=${other}`])
      expect((await as(own, 'GET', `/token${who}`)).json<{ tokens: object[] }>().tokens).toHaveLength(2);
    expect((await admin('GET', `/token?email=${other}`)).json<{ tokens: object[] }>().tokens).toHaveLength(2);

    await admin('POST', '/metadata', [
      { name: 'frankenstein', image_name: 'proctor/f:1', authorized_groups: ['one'] },
    ]);
    const body = { name: 'frankenstein', args: {} };
    const { id } = (await as(own, 'POST', '/execution', body)).json<{ id: number }>();
    await admin('PATCH', path, { groups: [] });
    expect(await as({ ...token, email: first }, 'GET', `/execution/${id}`)).toMatchObject({ status: 200 });
    for (const user of [first, other, first.toLowerCase()]) {
      for (const who of [gateway.admin, own]) {
        const listed = await as(who, 'GET', `/execution?user=${user}`);
        expect(listed.json<{ executions: object[] }>().executions).toMatchObject([{ id, user_email: first }]);
      }
    }
    for (const filter of [
      `actor=${other}&action=submitExecution`,
      `subject=${first.toLowerCase()}&action=createUser`,
    ]) {
      const { events } = (await admin('GET', `/audit?${filter}`)).json<{ events: object[] }>();
      expect(events).toHaveLength(1);
    }

    expect(await admin('DELETE', path)).toMatchObject({ status: 204 });
    await makeUser({ email: other });
    expect((await admin('GET', `/user/${first}`)).json()).toMatchObject({ email: first });
  });

  it('are created once if two requests come at once in two spellings', async () => {
    for (let n = 0; n < 10; n++) {
      const email = `twice-${n}@example.com`;
      const answers = await Promise.all(
        [email, email.toUpperCase()].map((each) => admin('POST', '/user', { email: each })),
      );
      expect(answers.map(({ status }) => status).sort()).toEqual([201, 409]);
    }
  });

  it.each([
    ['an invalid email', { email: 'nobody' }],
    ['an email with NUL', { email: 'a\0@b.c' }],
    ['a group without a name', { email: 'a@b.c', groups: [''] }],
    ['a name that is a number', { email: 'a@b.c', name: 7 }],
    ['nothing', {}],
  ])('are refused with %s', async (_name, body) => {
    expect(await admin('POST', '/user', body)).toMatchObject({ status: 400 });
  });

  it('are not changed by an empty request', async () => {
    expect(await admin('PATCH', `/user/${user.email}`, {})).toMatchObject({ status: 400 });
  });

  it('are listed page by page, all or those of a group', async () => {
    const emails = await Promise.all(Array.from({ length: 5 }, () => makeUser({ groups: ['paged'] })));
    const seen: string[] = [];
    let cursor: string | undefined = '';
    for (let pages = 0; cursor !== undefined && pages < 10; pages++) {
      const query: string = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`;
      const answer = await admin('GET', `/user?group=paged&limit=2${query}`);
      const page: { users: { email: string }[]; next?: string } = answer.json();
      seen.push(...page.users.map(({ email }) => email));
      cursor = page.next;
    }
    expect(seen).toEqual([...emails].sort());
    const all = (await admin('GET', '/user?limit=500')).json<{ users: { email: string }[] }>();
    expect(all.users.map(({ email }) => email)).toEqual(expect.arrayContaining([...emails, user.email]));
  });

  it.each(['groups=one', 'limit=0', 'limit=501', 'limit=1&limit=2', '__proto__=1', 'cursor=%00'])(
    'are not listed for ?%s',
    async (query) => expect(await admin('GET', `/user?${query}`)).toMatchObject({ status: 400 }),
  );

  it('are refused from the moment they are disabled', async () => {
    const email = await makeUser();
    const token = await makeToken(email);
    expect(await as(token, 'GET', '/whoami')).toMatchObject({ status: 200 });
    await admin('PATCH', `/user/${email}`, { active: false });
    expect(await as(token, 'GET', '/whoami')).toMatchObject({ status: 401 });
    await admin('PATCH', `/user/${email}`, { active: true });
    expect(await as(token, 'GET', '/whoami')).toMatchObject({ status: 200 });
    await admin('DELETE', `/user/${email}`);
    expect(await as(token, 'GET', '/whoami')).toMatchObject({ status: 401 });
  });

  it.each(['/user', '/group', '/audit', '/audit/export'])(
    'and the like may be listed by admins only: %s',
    async (path) => {
      expect(await as(user, 'GET', path)).toMatchObject({ status: 403 });
      expect(await as(null, 'GET', path)).toMatchObject({ status: 401 });
    },
  );
});

describe('the last admin', () => {
  it('cannot be removed, disabled or removed from the group; a service account does not count', async () => {
    const service = await makeUser({ service: true, groups: ['proctor_admin'] });
    const path = `/user/${gateway.admin.email}`;
    for (const answer of [
      await admin('DELETE', path),
      await admin('PATCH', path, { active: false }),
      await admin('PATCH', path, { groups: ['one'] }),
      await admin('DELETE', `/group/proctor_admin/member/${gateway.admin.email}`),
    ]) {
      expect(answer.status).toBe(409);
      expect(detail(answer)).toContain('last admin');
    }
    await admin('DELETE', `/user/${service}`);
  });

  it('may be removed once there is another one', async () => {
    const email = await makeUser({ groups: ['proctor_admin'] });
    const other = await makeUser({ groups: ['proctor_admin'] });
    expect(await admin('DELETE', `/group/proctor_admin/member/${email}`)).toMatchObject({ status: 204 });
    expect(await admin('DELETE', `/user/${other}`)).toMatchObject({ status: 204 });
  });

  it('remains when two admins remove each other concurrently', async () => {
    const [one, two] = [
      await makeToken(await makeUser({ groups: ['proctor_admin'] })),
      await makeToken(await makeUser({ groups: ['proctor_admin'] })),
    ];
    const demote = (who: Identity, email: string) =>
      as(who, 'DELETE', `/group/proctor_admin/member/${email}`);
    const answers = await Promise.all([
      demote(one, two.email),
      demote(two, one.email),
      demote(one, gateway.admin.email),
      demote(two, gateway.admin.email),
    ]);
    const [row] = await gateway.query<{ admins: number }>(
      `select count(*)::int as admins from account_membership where group_name = 'proctor_admin'`,
    );
    expect(row!.admins).toBeGreaterThanOrEqual(1);
    expect(answers.filter(({ status }) => status >= 500)).toEqual([]);
    await gateway.query(
      `insert into account_membership (email, group_name) values ($1, 'proctor_admin') on conflict do nothing`,
      [gateway.admin.email],
    );
    await new Promise((resolve) => setTimeout(resolve, 5_100));
    await admin('DELETE', `/user/${one.email}`);
    await admin('DELETE', `/user/${two.email}`);
  }, 20_000);
});

describe('groups', () => {
  it('are created, listed and removed', async () => {
    const name = 'a group / of 100 %';
    const path = `/group/${encodeURIComponent(name)}`;
    const made = await admin('POST', '/group', { name, description: 'for tests' });
    expect(made).toMatchObject({ status: 201 });
    expect(made.json()).toEqual({ name, description: 'for tests', members: 0 });
    expect(await admin('POST', '/group', { name })).toMatchObject({ status: 409 });
    expect(await admin('PUT', `${path}/member/${user.email}`)).toMatchObject({ status: 204, text: '' });
    expect(await admin('PUT', `${path}/member/${user.email}`)).toMatchObject({ status: 204 });
    const { groups } = (await admin('GET', '/group')).json<{ groups: { name: string }[] }>();
    expect(groups).toContainEqual({ name, description: 'for tests', members: 1 });
    expect((await as(user, 'GET', '/whoami')).json<{ groups: string[] }>().groups).toContain(name);
    expect(await admin('DELETE', `${path}/member/${user.email}`)).toMatchObject({ status: 204 });
    expect(await admin('DELETE', `${path}/member/${user.email}`)).toMatchObject({ status: 204 });
    expect(await admin('DELETE', path)).toMatchObject({ status: 204 });
    expect(await admin('DELETE', path)).toMatchObject({ status: 404 });
    expect(await admin('PUT', `${path}/member/${user.email}`)).toMatchObject({ status: 404 });
  });

  it('have only accounts as members', async () => {
    expect(await admin('PUT', '/group/one/member/nobody@example.com')).toMatchObject({ status: 404 });
    expect(await admin('DELETE', '/group/one/member/nobody@example.com')).toMatchObject({ status: 404 });
  });

  it('of admins cannot be removed', async () => {
    expect(await admin('DELETE', '/group/proctor_admin')).toMatchObject({ status: 409 });
  });

  it('that a proc requires cannot be removed, and the answer names the proc', async () => {
    await admin('POST', '/group', { name: 'asked-for' });
    const proc = { name: 'asking', image_name: 'proctor/asking:1', authorized_groups: ['asked-for'] };
    expect(await admin('POST', '/metadata', [proc])).toMatchObject({ status: 201 });
    const answer = await admin('DELETE', '/group/asked-for');
    expect(answer.status).toBe(409);
    expect(detail(answer)).toContain('asking');
  });

  it('can be removed although a user outside them has named them in a schedule', async () => {
    await admin('POST', '/group', { name: 'squatted' });
    await admin('POST', '/metadata', [{ name: 'labelled', image_name: 'proctor/labelled:1' }]);
    const schedule = {
      ...{ jobName: 'labelled', args: {}, tags: 't', cron: '@daily', notificationEmails: 'a@b.c' },
      group: 'squatted',
    };
    const made = await as(user, 'POST', '/schedule', schedule);
    expect(made).toMatchObject({ status: 201 });
    expect(await admin('DELETE', '/group/squatted')).toMatchObject({ status: 204 });
    const id = made.json<{ id: number }>().id;
    expect((await as(user, 'GET', `/schedule/${id}`)).json()).toMatchObject({
      group: 'squatted',
      enabled: true,
    });
  });

  it('decide at once what a user may execute', async () => {
    const who = await makeToken(await makeUser());
    const proc = { name: 'grouped', image_name: 'proctor/grouped:1', authorized_groups: ['grouped'] };
    await admin('POST', '/metadata', [proc]);
    await admin('POST', '/group', { name: 'grouped' });
    const submit = () => as(who, 'POST', '/execution', { name: 'grouped', args: {} });
    expect(await submit()).toMatchObject({ status: 403 });
    await admin('PUT', `/group/grouped/member/${who.email}`);
    expect(await submit()).toMatchObject({ status: 201 });
    await admin('DELETE', `/group/grouped/member/${who.email}`);
    expect(await submit()).toMatchObject({ status: 403 });
  });
});

describe('tokens', () => {
  it('of service accounts authenticate programs, with the email or as a bearer', async () => {
    const email = await makeUser({ service: true, groups: ['one'] });
    const made = await makeToken(email, { label: 'ci' });
    expect(made.token).toMatch(/^proctor_[\w-]{43}$/);
    expect(await as(made, 'GET', '/whoami')).toMatchObject({ status: 200 });
    const bearer = { headers: { Authorization: `Bearer ${made.token}` } };
    const answer = await gateway.call(null, 'GET', '/whoami', bearer);
    expect(answer.json()).toMatchObject({ email, groups: ['one'] });
  });

  it('are shown once', async () => {
    const { token, id } = await makeToken(user.email, { label: 'once' });
    const listed = await admin('GET', `/token?email=${user.email}`);
    expect(listed.text).toContain(id);
    const everything = [
      listed.text,
      (await admin('GET', '/audit')).text,
      JSON.stringify(await gateway.query('select * from audit_event')),
      JSON.stringify(await gateway.query('select id, email, label, created_by from access_token')),
      gateway.log(),
    ].join('\n');
    expect(everything).not.toContain(token);
    expect(everything).not.toContain(token.slice('proctor_'.length));
  });

  it('show when and by whom they were created, their expiry and their last use', async () => {
    const made = await makeToken(user.email, { label: 'dated', expires_in_seconds: 3_600 });
    await as(made, 'GET', '/whoami');
    const list = async () =>
      (await as(user, 'GET', '/token')).json<{ tokens: Record<string, string>[] }>().tokens;
    const find = async () => (await list()).find(({ id }) => id === made.id)!;
    for (let tries = 0; tries < 50 && !(await find())['last_used_at']; tries++)
      await new Promise((resolve) => setTimeout(resolve, 20));
    const record = await find();
    expect(record).toMatchObject({ email: user.email, label: 'dated', created_by: gateway.admin.email });
    expect(record).not.toHaveProperty('revoked_at');
    const ageMs = (name: string) => Date.now() - Date.parse(record[name]!);
    expect(ageMs('last_used_at')).toBeLessThan(10_000);
    expect(ageMs('created_at')).toBeLessThan(10_000);
    expect(ageMs('expires_at')).toBeLessThan(-3_500_000);
  });

  it('are refused after they expire', async () => {
    const made = await makeToken(user.email, { expires_in_seconds: 60 });
    expect(await as(made, 'GET', '/whoami')).toMatchObject({ status: 200 });
    await gateway.query(`update access_token set expires_at = now() - interval '1 second' where id = $1`, [
      made.id,
    ]);
    await new Promise((resolve) => setTimeout(resolve, 5_100));
    expect(await as(made, 'GET', '/whoami')).toMatchObject({ status: 401 });
  }, 20_000);

  it.each<[string, Record<string, unknown>, 'cut' | 'as requested']>([
    ['one without expiry', {}, 'cut'],
    ['a longer one', { expires_in_seconds: 7_200 }, 'cut'],
    ['a shorter one', { expires_in_seconds: 60 }, 'as requested'],
  ])('that expire create none that expires later: %s', async (_name, body, expected) => {
    for (const maker of [user.email, gateway.admin.email]) {
      const parent = await makeToken(maker, { expires_in_seconds: 3_600 });
      const endOf = (answer: Answer) => Date.parse(answer.json<{ expires_at: string }>().expires_at);
      const { tokens } = (await admin('GET', `/token?email=${maker}`)).json<{
        tokens: { id: string; expires_at: string }[];
      }>();
      const parentEnd = Date.parse(tokens.find(({ id }) => id === parent.id)!.expires_at);
      const requests = [body, ...(maker === user.email ? [] : [{ ...body, email: user.email }])];
      for (const request of requests) {
        const child = await as(parent, 'POST', '/token', request);
        expect(child).toMatchObject({ status: 201 });
        if (expected === 'cut') expect(endOf(child)).toBe(parentEnd);
        else expect(Math.abs(endOf(child) - Date.now() - 60_000)).toBeLessThan(10_000);
        const { token } = child.json<{ token: string }>();
        const bearer = { headers: { Authorization: `Bearer ${token}` }, body: {} };
        const grandchild = await gateway.call(null, 'POST', '/token', bearer);
        expect(endOf(grandchild)).toBe(endOf(child));
      }
    }
  });

  it('without expiry create others without expiry', async () => {
    expect((await as(user, 'POST', '/token', {})).json()).not.toHaveProperty('expires_at');
  });

  it('are refused from the moment they are revoked, and may be revoked again', async () => {
    const made = await makeToken(user.email);
    expect(await as(made, 'GET', '/whoami')).toMatchObject({ status: 200 });
    expect(await as(user, 'DELETE', `/token/${made.id}`)).toMatchObject({ status: 204, text: '' });
    expect(await as(made, 'GET', '/whoami')).toMatchObject({ status: 401 });
    expect(await as(user, 'DELETE', `/token/${made.id}`)).toMatchObject({ status: 204 });
    const { tokens } = (await as(user, 'GET', '/token')).json<{ tokens: Record<string, string>[] }>();
    expect(tokens.find(({ id }) => id === made.id)).toHaveProperty('revoked_at');
  });

  it('are created by users for themselves, and by admins for others', async () => {
    const own = await as(user, 'POST', '/token', { label: 'mine' });
    expect(own).toMatchObject({ status: 201 });
    expect(own.json()).toMatchObject({ email: user.email, created_by: user.email, label: 'mine' });
    expect(await as(user, 'POST', '/token', { email: gateway.admin.email })).toMatchObject({ status: 403 });
    expect(await as(user, 'POST', '/token', { email: 'nobody@example.com' })).toMatchObject({ status: 403 });
    expect(await admin('POST', '/token', { email: 'nobody@example.com' })).toMatchObject({ status: 404 });
    expect(await as(user, 'POST', '/token', { expires_in_seconds: 1 })).toMatchObject({ status: 400 });
  });

  it('of others can neither be listed nor revoked', async () => {
    const { id } = await makeToken(gateway.admin.email);
    expect(await as(user, 'GET', `/token?email=${gateway.admin.email}`)).toMatchObject({ status: 403 });
    expect(await as(user, 'GET', '/token?all')).toMatchObject({ status: 403 });
    expect(await as(user, 'GET', `/token?email=${user.email}`)).toMatchObject({ status: 200 });
    expect((await as(user, 'GET', '/token')).text).not.toContain(id);
    expect(await as(user, 'DELETE', `/token/${id}`)).toMatchObject({ status: 404 });
    expect((await admin('GET', '/token?all')).text).toContain(user.email);
    expect((await admin('GET', '/token')).text).not.toContain(user.email);
    expect(await admin('DELETE', `/token/${id}`)).toMatchObject({ status: 204 });
  });

  it.each([
    ['an unknown id', '00000000-0000-4000-8000-000000000000', 404],
    ['an invalid id', '7', 400],
    ['an id that is too long', 'x'.repeat(1_000), 400],
  ])('cannot be revoked by %s', async (_name, id, status) => {
    expect(await admin('DELETE', `/token/${id}`)).toMatchObject({ status });
  });
});
