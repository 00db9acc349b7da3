import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { procMetadata, startTestGateway, type Identity, type TestGateway } from '../support/gateway.js';

interface ScheduleBody extends Record<string, unknown> {
  id: number;
  createdAt: string;
  updatedAt: string;
}

const SECRET = 'correct horse battery staple';
const JSON_ACCEPTED = { Accept: 'application/json' };

let gateway: TestGateway;
let owner: Identity;
let member: Identity;
let outsider: Identity;

const proc = (name: string, changes: Record<string, unknown> = {}) =>
  procMetadata(name, {
    env_vars: { args: [{ name: 'A' }, { name: 'N', type: 'number', default: '1' }], secrets: [] },
    ...changes,
  });

const SCHEDULE = {
  jobName: 'closed',
  args: { A: '1' },
  tags: 'nightly,reports',
  cron: '*/5 * * * *',
  notificationEmails: 'ada@example.com, bob@example.com',
  group: 'ops',
};

const call = (who: Identity | null, method: string, path: string, body?: unknown, headers = {}) =>
  gateway.call(who, method, path, { ...(body !== undefined && { body }), headers });

let args = 1_000;

/** Creates a schedule with unique args. */
async function create(who: Identity, changes: Record<string, unknown> = {}): Promise<ScheduleBody> {
  const answer = await call(who, 'POST', '/schedule', {
    ...SCHEDULE,
    args: { A: String((args += 1)) },
    ...changes,
  });
  expect(answer).toMatchObject({ status: 201, type: 'application/json' });
  return answer.json<ScheduleBody>();
}

const countSchedules = async () => (await gateway.query('select id from schedule')).length;

beforeAll(async () => {
  gateway = await startTestGateway();
  owner = await gateway.createUser('owner', ['one']);
  member = await gateway.createUser('member', ['one']);
  outsider = await gateway.createUser('outsider', []);
  // Makes the groups of the schedules.
  await gateway.createUser('grouped', ['ops', 'devs']);
  const secret = { args: [{ name: 'TOKEN', type: 'secret', required: true }], secrets: [] };
  const body = [
    proc('open'),
    proc('closed', { authorized_groups: ['one'] }),
    proc('with-secret', { env_vars: secret }),
  ];
  expect(await call(gateway.admin, 'POST', '/metadata', body)).toMatchObject({ status: 201 });
}, 60_000);

afterAll(() => gateway.remove(), 30_000);

describe('GET /schedule', () => {
  it('answers 204 without a body if there is none', async () => {
    expect(await call(owner, 'GET', '/schedule')).toMatchObject({ status: 204, text: '' });
  });

  it('lists enabled schedules of procs that the caller may execute, and the caller’s own', async () => {
    const closed = await create(owner);
    const open = await create(member, { jobName: 'open' });
    await create(owner, { enabled: false });
    const list = async (who: Identity) => {
      const answer = await call(who, 'GET', '/schedule');
      expect(answer).toMatchObject({ status: 200, type: 'application/json' });
      return answer.json<ScheduleBody[] & Record<string, unknown>>().map(({ id }) => id);
    };
    expect(await list(owner)).toEqual([closed.id, open.id]);
    expect(await list(gateway.admin)).toEqual([closed.id, open.id]);
    expect(await list(outsider)).toEqual([open.id]);
    await gateway.query(`delete from account_membership where email = $1`, [owner.email]);
    gateway.authenticator.forget();
    expect(await list(owner)).toEqual([closed.id, open.id]);
    await gateway.query(`insert into account_membership (email, group_name) values ($1, 'one')`, [
      owner.email,
    ]);
    gateway.authenticator.forget();
  });
});

describe('POST /schedule', () => {
  it('answers a client of v2 as v2 did', async () => {
    const before = Date.now();
    const body = `{"id":0,"jobName":"closed","args":{"A":"\\u003ca\\u003e"},"notificationEmails":"ada@example.com","cron":"0 2 * * *","tags":"t","group":"g"}`;
    const answer = await call(owner, 'POST', '/schedule', body, { 'Content-Type': 'application/json' });
    expect(answer).toMatchObject({ status: 201, type: 'application/json' });
    const schedule = answer.json<ScheduleBody>();
    expect(schedule).toEqual({
      id: expect.any(Number),
      jobName: 'closed',
      args: { A: '<a>' },
      tags: 't',
      cron: '0 2 * * *',
      notificationEmails: 'ada@example.com',
      userEmail: 'owner@example.com',
      group: 'g',
      enabled: true,
      createdAt: expect.any(String),
      updatedAt: expect.any(String),
      timeZone: 'UTC',
      overlap: 'allow',
      misfire: 'once',
      misfireGraceSeconds: 60,
      blackouts: [],
      notifyOn: ['success', 'failure'],
      nextFireAt: expect.stringMatching(/T02:00:00.000Z$/),
      // Other groups are not named: only admins may list them.
      warnings: ['there is no group "g"; create it, or correct the name'],
    });
    expect(Number.isSafeInteger(schedule.id)).toBe(true);
    expect(Math.abs(Date.parse(schedule.createdAt) - before)).toBeLessThan(60_000);
    const got = await call(member, 'GET', `/schedule/${schedule.id}`);
    const { warnings, ...stored } = schedule;
    expect(got.json()).toEqual(stored);
    expect(warnings).toHaveLength(1);
    const path = `/schedule/${schedule.id}`;
    const updated = await call(gateway.admin, 'PATCH', path, { group: 'onee' });
    expect(updated.json()).toMatchObject({ warnings: ['there is no group "onee"; did you mean one?'] });
    expect((await call(owner, 'PATCH', path, { group: 'one' })).json()).not.toHaveProperty('warnings');
  });

  it('accepts six fields and names, and returns the cron unchanged', async () => {
    for (const cron of ['*/10 * * * * *', '@daily']) {
      expect(await create(owner, { cron })).toMatchObject({ cron });
    }
  });

  const invalid: [
    name: string,
    status: number,
    text: string,
    changes: Record<string, unknown>,
    hint: RegExp,
  ][] = [
    ['no tags', 400, 'Schedule tag(s) are missing', { tags: '' }, /expected text/],
    ['tags that are null', 400, 'Schedule tag(s) are missing', { tags: null }, /expected text/],
    ['an invalid cron', 400, 'Schedule cron format is invalid', { cron: '61 * * * *' }, /five fields/],
    ['no cron', 400, 'Schedule cron format is invalid', { cron: undefined }, /five fields/],
    ['an invalid email', 400, 'Email is invalid', { notificationEmails: 'a@b.c,nobody' }, /nobody/],
    ['no email', 400, 'Email is invalid', { notificationEmails: '' }, /expected email/],
    ['no group', 400, 'Schedule group is missing', { group: '' }, /expected text/],
    ['an unknown proc', 404, 'Metadata not found', { jobName: 'nothing' }, /nothing/],
    ['no proc', 404, 'Metadata not found', { jobName: '' }, /no such proc/],
    ['a malicious proc name', 404, 'Metadata not found', { jobName: '../../%s' }, /no such proc/],
    ['a control character in the tags', 400, 'Malformed request', { tags: 'a\u0001b' }, /one line/],
    ['tags too long', 400, 'Malformed request', { tags: 'x'.repeat(1_001) }, /at most 1000/],
  ];

  it.each(invalid)('refuses %s: %i', async (_name, status, text, changes, hint) => {
    const before = await countSchedules();
    const body = { ...SCHEDULE, ...changes };
    expect(await call(owner, 'POST', '/schedule', body)).toMatchObject({ status, type: 'text/plain', text });
    const problem = await call(owner, 'POST', '/schedule', body, JSON_ACCEPTED);
    expect(problem).toMatchObject({ status, type: 'application/problem+json' });
    expect(JSON.stringify(problem.json()['errors'])).toMatch(hint);
    expect(await countSchedules()).toBe(before);
  });

  it.each(['{"jobName":', '[]', 'null', ''])('refuses %j as malformed', async (body) => {
    expect(await call(owner, 'POST', '/schedule', body)).toMatchObject({
      status: 400,
      text: 'Malformed request',
    });
  });

  it('reports the first invalid field in v2’s order', async () => {
    const all = { ...SCHEDULE, tags: '', cron: '', notificationEmails: '', group: '', jobName: 'nothing' };
    const reported: string[] = [];
    for (const part of ['tags', 'cron', 'notificationEmails', 'group', 'jobName'] as const) {
      reported.push((await call(outsider, 'POST', '/schedule', { ...all, args: { X: '' } })).text);
      all[part] = SCHEDULE[part];
    }
    expect(reported).toEqual([
      'Schedule tag(s) are missing',
      'Schedule cron format is invalid',
      'Email is invalid',
      'Schedule group is missing',
      'Metadata not found',
    ]);
    const forbidden = await call(outsider, 'POST', '/schedule', { ...all, args: { X: '' } });
    expect(forbidden).toMatchObject({ status: 403 });
  });

  it('reports each invalid arg, and does not fill in defaults', async () => {
    const body = { ...SCHEDULE, args: { N: 'many', X: '1' } };
    const answer = await call(owner, 'POST', '/schedule', body, JSON_ACCEPTED);
    expect(answer).toMatchObject({ status: 400 });
    expect(answer.json()).toMatchObject({
      type: 'urn:proctor:problem:invalid_args',
      errors: [{ field: 'N' }, { field: 'X' }],
    });
    expect(await create(owner, { args: { A: 'no default' } })).toMatchObject({ args: { A: 'no default' } });
  });

  it('creates one schedule of concurrent duplicates', async () => {
    const same = { ...SCHEDULE, args: { A: 'same', N: '2' } };
    const swapped = { ...SCHEDULE, args: { N: '2', A: 'same' }, tags: 'other', cron: '@daily' };
    const bodies = [same, swapped, same, swapped, same];
    const answers = await Promise.all(bodies.map((body) => call(owner, 'POST', '/schedule', body)));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409, 409]);
    for (const { text } of answers.filter(({ status }) => status === 409)) {
      expect(text).toBe('Schedule job name and args duplicate is found');
    }
    const again = await call(member, 'POST', '/schedule', same, JSON_ACCEPTED);
    expect(again).toMatchObject({ status: 409 });
    expect(again.json()).toMatchObject({
      hint: expect.stringContaining('already scheduled with these args'),
    });
    expect(await call(owner, 'POST', '/schedule', { ...same, jobName: 'open' })).toMatchObject({
      status: 201,
    });
  });

  it('never reveals secret args', async () => {
    const first = await create(owner, { jobName: 'with-secret', args: { TOKEN: SECRET } });
    expect(first).toMatchObject({ args: { TOKEN: '***' } });
    const duplicate = await call(owner, 'POST', '/schedule', {
      ...SCHEDULE,
      jobName: 'with-secret',
      args: { TOKEN: SECRET },
    });
    expect(duplicate).toMatchObject({ status: 409 });
    const texts = [
      (await call(owner, 'GET', '/schedule')).text,
      (await call(owner, 'GET', `/schedule/${first.id}`)).text,
      duplicate.text,
      gateway.log(),
    ];
    for (const text of texts) expect(text).not.toContain(SECRET);
    const [row] = await gateway.query<{ all: string }>(
      `select (select string_agg(s::text, '') from schedule s) || (select string_agg(a::text, '') from audit_event a) as all`,
    );
    expect(row?.all).toContain('ciphertext');
    expect(row?.all).not.toContain(SECRET);
  });
});

describe('another user’s secret arg', () => {
  const guess = (who: Identity, token: string, changes: Record<string, unknown> = {}) =>
    call(who, 'POST', '/schedule', {
      ...SCHEDULE,
      jobName: 'with-secret',
      args: { TOKEN: token },
      ...changes,
    });

  it('cannot be guessed: right and wrong guesses get the same answer', async () => {
    const token = 'guessable 1';
    await create(owner, { jobName: 'with-secret', args: { TOKEN: token } });
    const right = await guess(member, token);
    const wrong = await guess(member, 'guessable 2');
    expect([right.status, wrong.status]).toEqual([201, 201]);
    // The user's own duplicate is refused as before, also of concurrent requests.
    expect(await guess(member, token)).toMatchObject({ status: 409 });
    const answers = await Promise.all(Array.from({ length: 5 }, () => guess(owner, 'guessable 3')));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409, 409]);
  });

  it('cannot be guessed by changing a schedule', async () => {
    await create(owner, { jobName: 'with-secret', args: { TOKEN: 'guessable 4' } });
    const { id } = await create(member, { jobName: 'with-secret', args: { TOKEN: 'of the member' } });
    const change = (token: string) => call(member, 'PATCH', `/schedule/${id}`, { args: { TOKEN: token } });
    expect(await change('guessable 4')).toMatchObject({ status: 200 });
    expect(await change('guessable 5')).toMatchObject({ status: 200 });
  });

  it('cannot be guessed once the arg is no longer declared secret', async () => {
    const declare = (type: string) =>
      call(gateway.admin, 'POST', '/metadata', [
        proc('loosened', { env_vars: { args: [{ name: 'TOKEN', type }], secrets: [] } }),
      ]);
    await declare('secret');
    const args = { TOKEN: 'guessable 6' };
    await create(owner, { jobName: 'loosened', args });
    await declare('string');
    expect(await guess(member, args.TOKEN, { jobName: 'loosened' })).toMatchObject({ status: 201 });
    // Without secret args the owner plays no part, as in v2.
    expect(await guess(owner, args.TOKEN, { jobName: 'loosened' })).toMatchObject({ status: 409 });
  });
});

describe('one schedule', () => {
  it.each([
    ['x', 400, 'Failed to translate path parameter to uint64'],
    ['12', 404, 'Schedule not found'],
    ['0', 404, 'Schedule not found'],
    ['18446744073709551615', 404, 'Schedule not found'],
    ['18446744073709551616', 400, 'Failed to translate path parameter to uint64'],
  ])('%s: %i', async (id, status, text) => {
    for (const method of ['GET', 'DELETE']) {
      expect(await call(gateway.admin, method, `/schedule/${id}`)).toMatchObject({ status, text });
    }
    expect(await call(gateway.admin, 'PATCH', `/schedule/${id}`, { tags: 'x' })).toMatchObject({
      status,
      text,
    });
  });

  it('may be used by users who may execute its proc, and by admins', async () => {
    const { id } = await create(owner);
    const path = `/schedule/${id}`;
    for (const [method, body] of [['GET'], ['PATCH', { tags: 'x' }], ['DELETE']] as const) {
      const refused = await call(outsider, method, path, body);
      expect(refused.status).toBe(403);
      expect(refused.text).not.toContain('closed');
    }
    expect(await call(member, 'GET', path)).toMatchObject({ status: 200 });
    expect(await call(gateway.admin, 'PATCH', path, { tags: 'x' })).toMatchObject({ status: 200 });
    expect(await call(member, 'DELETE', path)).toMatchObject({
      status: 200,
      type: 'text/plain',
      text: 'Schedule delete is successful',
    });
    expect(await call(member, 'DELETE', path)).toMatchObject({ status: 404, text: 'Schedule not found' });
  });

  it('may be seen, disabled and removed by its owner, who may no longer execute the proc', async () => {
    const leaver = await gateway.createUser('leaver', ['one']);
    const { id } = await create(leaver);
    await gateway.query(`delete from account_membership where email = $1`, [leaver.email]);
    gateway.authenticator.forget();
    const path = `/schedule/${id}`;
    expect(await call(leaver, 'PATCH', path, { args: { A: 'changed' } })).toMatchObject({ status: 403 });
    for (const body of [{ enabled: true }, { cron: '* * * * *' }, { enabled: false, tags: 'x' }]) {
      expect(await call(leaver, 'PATCH', path, body)).toMatchObject({ status: 403 });
    }
    expect(await call(leaver, 'PATCH', path, { enabled: false })).toMatchObject({ status: 200 });
    expect(await call(leaver, 'PATCH', path, { enabled: true })).toMatchObject({ status: 403 });
    expect(await call(leaver, 'GET', path)).toMatchObject({ status: 200 });
    expect(await call(leaver, 'DELETE', path)).toMatchObject({ status: 200 });
  });

  it('runs in its owner’s name: others who may execute its proc may only pause and remove it', async () => {
    const before = await create(owner);
    const path = `/schedule/${before.id}`;
    const changes = [
      { notificationEmails: `${before['notificationEmails'] as string},${member.email}` },
      { args: { A: 'of the member' } },
      { cron: '* * * * *' },
      { enabled: false, tags: 'x' },
    ];
    for (const change of changes) {
      const refused = await call(member, 'PATCH', path, change);
      expect(refused).toMatchObject({ status: 403, text: expect.stringContaining('owner') });
    }
    expect((await call(owner, 'GET', path)).json()).toEqual(before);
    expect(await call(member, 'PATCH', path, { enabled: false })).toMatchObject({ status: 200 });
    expect(await call(member, 'PATCH', path, { enabled: true })).toMatchObject({ status: 403 });
    expect(await call(owner, 'PATCH', path, { enabled: true })).toMatchObject({ status: 200 });
    const byAdmin = await call(gateway.admin, 'PATCH', path, { args: { A: 'of the admin' } });
    expect(byAdmin.json()).toMatchObject({ args: { A: 'of the admin' }, userEmail: owner.email });
  });

  it('changes the given fields and keeps the others', async () => {
    const before = await create(owner);
    const path = `/schedule/${before.id}`;
    const paused = (await call(owner, 'PATCH', path, { enabled: false })).json<ScheduleBody>();
    const { nextFireAt: _, ...kept } = before;
    expect(paused).toEqual({ ...kept, enabled: false, updatedAt: expect.any(String) });
    expect(Date.parse(paused.updatedAt)).toBeGreaterThanOrEqual(Date.parse(before.updatedAt));
    const changes = {
      args: { A: 'changed' },
      tags: 'other',
      cron: '@hourly',
      notificationEmails: 'eve@example.com',
      group: 'devs',
      enabled: true,
    };
    const changed = (await call(owner, 'PATCH', path, changes)).json<ScheduleBody>();
    const nextFireAt = expect.stringMatching(/:00:00.000Z$/) as unknown;
    expect(changed).toEqual({ ...before, ...changes, updatedAt: expect.any(String), nextFireAt });
    expect((await call(owner, 'GET', path)).json()).toEqual(changed);
  });

  it('stores and returns the fields beyond v2’s', async () => {
    const at = new Date(Date.now() + 3_600_000).toISOString();
    const additions = {
      timeZone: 'Asia/Kathmandu',
      overlap: 'queue',
      misfire: 'all',
      misfireGraceSeconds: 0,
      blackouts: [
        { kind: 'weekly', days: ['sat', 'sun'], from: '22:00', until: '06:00' },
        { kind: 'once', from: '2026-12-24T00:00:00.000Z', until: '2026-12-27T00:00:00.000Z' },
      ],
      notifyOn: ['failure', 'slow'],
    };
    const made = await create(owner, { ...additions, cron: '0 9 * * *' });
    expect(made).toMatchObject({ ...additions, nextFireAt: expect.stringMatching(/T03:15:00.000Z$/) });
    const path = `/schedule/${made.id}`;
    const once = (await call(owner, 'PATCH', path, { at })).json<ScheduleBody>();
    expect(once).toMatchObject({ ...additions, at, cron: '', nextFireAt: at });
    const again = (await call(owner, 'PATCH', path, { cron: '@hourly', blackouts: [] })).json<ScheduleBody>();
    expect(again).toMatchObject({ cron: '@hourly', blackouts: [] });
    expect(again).not.toHaveProperty('at');
    expect((await call(owner, 'GET', path)).json()).toEqual(again);
  });

  it.each<[string, Record<string, unknown>, RegExp]>([
    ['an unknown time zone', { timeZone: 'Mars/Base' }, /timeZone.*Europe\/Berlin/],
    ['an offset as a time zone', { timeZone: '+02:00' }, /timeZone/],
    ['cron together with at', { at: '2099-01-01T00:00:00Z', cron: '@daily' }, /either cron or at/],
    ['a time in the past', { at: '2020-01-01T00:00:00Z' }, /in the future/],
    ['an invalid time', { at: 'tomorrow' }, /must be a time such as/],
    ['an unknown policy', { overlap: 'wait' }, /overlap/],
    ['a negative grace period', { misfireGraceSeconds: -1 }, /misfireGraceSeconds/],
    [
      'a blackout that ends before it starts',
      { blackouts: [{ kind: 'once', from: '2026-12-02T00:00:00Z', until: '2026-12-01T00:00:00Z' }] },
      /blackouts.0.*end after the start/,
    ],
    [
      'a blackout with invalid times',
      { blackouts: [{ kind: 'weekly', days: ['mon'], from: '25:00', until: '26:00' }] },
      /blackouts.0.*from 00:00 to 23:59/,
    ],
    [
      'a blackout past the year 9999',
      {
        blackouts: [{ kind: 'once', from: '2026-12-24T00:00:00-05:00', until: '9999-12-31T23:59:59-05:00' }],
      },
      /blackouts.0.until.*years 1 and 9999/,
    ],
    ['a time past the year 9999', { at: '9999-12-31T23:59:59-01:00' }, /at.*years 1 and 9999/],
    ['an unknown event', { notifyOn: ['full moon'] }, /notifyOn/],
  ])('refuses %s', async (_name, changes, message) => {
    const { id } = await create(owner);
    const changed = await call(owner, 'PATCH', `/schedule/${id}`, changes, JSON_ACCEPTED);
    expect(changed).toMatchObject({ status: 400 });
    expect(changed.text).toMatch(message);
    const body = {
      ...SCHEDULE,
      cron: '',
      args: { A: 'refused' },
      ...(changes['at'] ? {} : { cron: '@daily' }),
      ...changes,
    };
    const made = await call(owner, 'POST', '/schedule', body, JSON_ACCEPTED);
    expect(made).toMatchObject({ status: 400 });
    expect(made.text).toMatch(message);
  });

  it.each<[string, unknown, number, string | RegExp]>([
    ['nothing', {}, 400, /^Nothing to change/],
    ['only unknown fields', { colour: 'red' }, 400, /^Nothing to change/],
    ['no tags', { tags: '' }, 400, 'Schedule tag(s) are missing'],
    ['an invalid cron', { cron: '* * *' }, 400, 'Schedule cron format is invalid'],
    ['an invalid email', { notificationEmails: 'x' }, 400, 'Email is invalid'],
    ['no group', { group: ' ' }, 400, 'Schedule group is missing'],
    ['NUL', { group: 'a\0b' }, 400, /^Malformed request/],
    ['a lone surrogate', { tags: 'a\ud800' }, 400, /^Malformed request/],
    ['an invalid arg', { args: { N: 'many' } }, 400, /N/],
    ['an undeclared arg', { args: { X: '1' } }, 400, /"X" is not an arg/],
    ['a wrong type', { enabled: 'yes' }, 400, /^Malformed request: enabled/],
  ])('refuses to change %s', async (_name, body, status, text) => {
    const before = await create(owner);
    const answer = await call(owner, 'PATCH', `/schedule/${before.id}`, body);
    expect(answer).toMatchObject({ status });
    if (typeof text === 'string') expect(answer.text).toBe(text);
    else expect(answer.text).toMatch(text);
    expect((await call(owner, 'GET', `/schedule/${before.id}`)).json()).toEqual(before);
  });

  it('cannot become a duplicate of another one', async () => {
    const first = await create(owner, { args: { A: 'first' } });
    const second = await create(owner, { args: { A: 'second' } });
    const answer = await call(owner, 'PATCH', `/schedule/${second.id}`, { args: { A: 'first' } });
    expect(answer).toMatchObject({ status: 409, text: 'Schedule job name and args duplicate is found' });
    const same = await call(owner, 'PATCH', `/schedule/${first.id}`, { args: { A: 'first' } });
    expect(same).toMatchObject({ status: 200 });
  });

  it('changes or keeps its secret args', async () => {
    const body = { jobName: 'with-secret', args: { TOKEN: `${SECRET} 2` } };
    const { id } = await create(owner, body);
    const ciphertext = async () => {
      const [row] = await gateway.query<{ secret_args: unknown }>(
        'select secret_args from schedule where id = $1',
        [id],
      );
      return JSON.stringify(row?.secret_args);
    };
    const before = await ciphertext();
    const path = `/schedule/${id}`;
    expect(await call(owner, 'PATCH', path, { tags: 'x' })).toMatchObject({ status: 200 });
    expect(await ciphertext()).toBe(before);
    expect(await call(owner, 'PATCH', path, { args: {} })).toMatchObject({ status: 400 });
    const changed = await call(owner, 'PATCH', path, { args: { TOKEN: `${SECRET} 3` } });
    expect(changed.json()).toMatchObject({ args: { TOKEN: '***' } });
    expect(await ciphertext()).not.toBe(before);
    expect(changed.text + gateway.log()).not.toContain(SECRET);
  });

  it('is audited with each change', async () => {
    const { id } = await create(owner, { cron: '7 7 * * *' });
    await call(owner, 'PATCH', `/schedule/${id}`, { enabled: false, tags: 'x' });
    await call(member, 'PATCH', `/schedule/${id}`, { enabled: false });
    await call(gateway.admin, 'DELETE', `/schedule/${id}`);
    const rows = await gateway.query(
      `select actor, action, allowed, address, details from audit_event
       where subject = $1 or (action = 'createSchedule' and details->>'cron' = '7 7 * * *') order by id`,
      [String(id)],
    );
    const common = { allowed: true, address: '127.0.0.1' };
    expect(rows).toEqual([
      { ...common, actor: owner.email, action: 'createSchedule', details: { cron: '7 7 * * *' } },
      {
        ...common,
        actor: owner.email,
        action: 'updateSchedule',
        details: {
          proc: 'closed',
          changed: expect.stringMatching(/^(tags enabled|enabled tags)$/),
          changes: {
            enabled: { from: true, to: false },
            tags: { from: 'nightly,reports', to: 'x' },
          },
        },
      },
      {
        ...common,
        actor: member.email,
        action: 'updateSchedule',
        details: { proc: 'closed', changed: 'enabled', changes: {} },
      },
      {
        ...common,
        actor: gateway.admin.email,
        action: 'removeSchedule',
        details: { proc: 'closed', cron: '7 7 * * *', owner: owner.email },
      },
    ]);
  });
});

describe('the audit entry of a change', () => {
  const entriesOf = (id: number) =>
    gateway.query<{ details: { changes: Record<string, { from: unknown; to: unknown }> } }>(
      `select details from audit_event where action = 'updateSchedule' and subject = $1 and allowed order by id`,
      [String(id)],
    );

  it('has old and new values, and hides secret ones', async () => {
    const { id } = await create(owner, { jobName: 'with-secret', args: { TOKEN: `${SECRET} 5` } });
    await call(owner, 'PATCH', `/schedule/${id}`, {
      notificationEmails: 'eve@example.com',
      at: '2099-01-01T00:00:00Z',
      args: { TOKEN: `${SECRET} 6` },
    });
    const entries = await entriesOf(id);
    expect(entries.map(({ details }) => details.changes)).toEqual([
      {
        'args.TOKEN': { from: '***', to: '*** (set again)' },
        at: { from: null, to: '2099-01-01T00:00:00.000Z' },
        cron: { from: '*/5 * * * *', to: '' },
        notificationEmails: { from: 'ada@example.com,bob@example.com', to: 'eve@example.com' },
      },
    ]);
  });

  it('is exact for concurrent changes: each starts from what another one left', async () => {
    const { id } = await create(owner, { tags: 'first' });
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, n) => call(owner, 'PATCH', `/schedule/${id}`, { tags: `tag ${n}` })),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    const steps = (await entriesOf(id)).map(({ details }) => details.changes['tags']);
    const now = (await call(owner, 'GET', `/schedule/${id}`)).json<ScheduleBody>()['tags'];
    const from = steps.map((step) => step?.from);
    const to = steps.map((step) => step?.to);
    expect(steps).toHaveLength(8);
    expect(new Set(from)).toEqual(new Set(['first', ...to.filter((tags) => tags !== now)]));
  });
});

describe('many schedules', () => {
  let small: TestGateway;
  let busy: Identity;
  beforeAll(async () => {
    small = await startTestGateway({ env: { PROCTOR_SCHEDULES_PER_OWNER: '3' } });
    busy = await small.createUser('busy', []);
    const secret = { args: [{ name: 'TOKEN', type: 'secret' }], secrets: [] };
    const body = [proc('open'), proc('with-secret', { env_vars: secret })];
    await small.call(small.admin, 'POST', '/metadata', { body });
  }, 60_000);
  afterAll(() => small.remove(), 30_000);

  let made = 0;
  const add = (who: Identity, changes: Record<string, unknown> = {}) =>
    small.call(who, 'POST', '/schedule', {
      body: { ...SCHEDULE, jobName: 'open', args: { A: String((made += 1)) }, ...changes },
    });
  const change = (id: number, body: unknown) => small.call(busy, 'PATCH', `/schedule/${id}`, { body });

  it('of one owner are refused past the limit, also when created concurrently', async () => {
    const answers = await Promise.all(
      Array.from({ length: 6 }, (_, n) => add(busy, { enabled: n % 2 === 0 })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 201, 201, 409, 409, 409]);
    const refused = answers.find(({ status }) => status === 409);
    expect(refused?.text).toMatch(/An owner may have at most 3 schedules.*PROCTOR_SCHEDULES_PER_OWNER/);
    // Others are not affected, and a duplicate is still reported as one.
    const other = await small.createUser('other', []);
    const own = { A: 'mine' };
    expect(await add(other, { args: own })).toMatchObject({ status: 201 });
    expect((await add(busy, { args: own })).text).toBe('Schedule job name and args duplicate is found');
    // A duplicate of another user's secret arg is not.
    const secret = { jobName: 'with-secret', args: { TOKEN: 'guessable' } };
    expect(await add(other, secret)).toMatchObject({ status: 201 });
    expect((await add(busy, secret)).text).toMatch(/at most 3 schedules/);
    const [row] = await small.query<{ id: string }>('select id from schedule where user_email = $1', [
      busy.email,
    ]);
    await small.call(busy, 'DELETE', `/schedule/${row?.id}`);
    expect(await add(busy)).toMatchObject({ status: 201 });
    expect(await add(busy)).toMatchObject({ status: 409 });
  });

  it('that have finished do not count, and cannot be enabled past the limit', async () => {
    const [over] = await small.query<{ id: string }>(
      `update schedule set enabled = false, next_fire_at = null, args_hash = args_hash || ' done ' || id
       where id = (select min(id) from schedule where user_email = $1) returning id`,
      [busy.email],
    );
    const added = await add(busy);
    expect(added).toMatchObject({ status: 201 });
    const id = Number(over?.id);
    expect(await change(id, { enabled: true })).toMatchObject({ status: 409 });
    await small.call(busy, 'DELETE', `/schedule/${added.json<ScheduleBody>().id}`);
    expect(await change(id, { enabled: true })).toMatchObject({ status: 200 });
  });

  it('are listed in pages of bounded size, with a link to the next page', async () => {
    const { id } = (await add(small.admin, { enabled: false })).json<ScheduleBody>();
    const large = `insert into schedule (proc_name, args, args_hash, tags, cron, notification_emails, user_email, group_name)
      select proc_name, jsonb_build_object('A', repeat('a', $2)), n, tags, cron, notification_emails, user_email, group_name
      from schedule, generate_series(1, 12) n where id = $1`;
    await small.query(large, [id, 1_000_000]);
    const ids: number[] = [];
    const pages: number[] = [];
    for (let path: string | undefined = '/schedule?all=true'; path !== undefined;) {
      const answer = await small.call(small.admin, 'GET', path);
      expect(answer.text.length).toBeLessThan(4.5 * 1_048_576);
      const page = answer.json<ScheduleBody[] & Record<string, unknown>>();
      pages.push(page.length);
      ids.push(...page.map((one) => one.id));
      path = /^<(.+)>; rel="next"$/.exec(answer.headers.get('link') ?? '')?.[1];
    }
    expect(pages.length).toBeGreaterThanOrEqual(3);
    const all = await small.query<{ id: string }>('select id from schedule order by id');
    expect(ids).toEqual(all.map((row) => Number(row.id)));
    const first = await small.call(small.admin, 'GET', '/schedule?limit=2');
    expect(first.json<ScheduleBody[] & Record<string, unknown>>()).toHaveLength(2);
    const past = await small.call(small.admin, 'GET', `/schedule?all=1&cursor=${ids.at(-1)}`);
    expect(past).toMatchObject({ status: 204 });
    expect(await small.call(small.admin, 'GET', '/schedule?limit=1001')).toMatchObject({ status: 400 });
  }, 30_000);
});
