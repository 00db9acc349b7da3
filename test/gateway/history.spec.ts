import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SecretBox, type SealedArgs } from '@app/database';
import {
  identityHeaders,
  procMetadata,
  startTestGateway,
  type Identity,
  type TestGateway,
} from '../support/gateway.js';

interface Shown {
  id: number;
  job_name: string;
  status: string;
  user_email?: string;
  rerun_of?: number;
  schedule_id?: number;
}

interface Page {
  executions: Shown[];
  next?: string;
}

const SECRET = 'correct horse battery staple';

let gateway: TestGateway;
let owner: Identity;
let member: Identity;
let outsider: Identity;

const proc = (name: string, changes: Record<string, unknown> = {}, args: unknown[] = [{ name: 'A' }]) =>
  procMetadata(name, { env_vars: { args, secrets: [] }, ...changes });

async function register(...procs: unknown[]): Promise<void> {
  const answer = await gateway.call(gateway.admin, 'POST', '/metadata', { body: procs });
  expect(answer).toMatchObject({ status: 201 });
}

async function submit(who: Identity, name: string, args: Record<string, string> = {}): Promise<number> {
  const answer = await gateway.call(who, 'POST', '/execution', { body: { name, args } });
  expect(answer).toMatchObject({ status: 201 });
  return answer.json<Shown & Record<string, unknown>>().id;
}

async function list(who: Identity, query = ''): Promise<Page> {
  const answer = await gateway.call(who, 'GET', `/execution${query}`);
  expect(answer).toMatchObject({ status: 200, type: 'application/json' });
  return answer.json<Page & Record<string, unknown>>();
}

/** Opens a secret arg as the worker does, with the key of the test gateway. */
function openArg(procName: string, name: string, sealed: SealedArgs | undefined): string {
  const { ciphertext = '', keyId = '' } = sealed?.[name] ?? {};
  const bytes = Uint8Array.from(Buffer.from(ciphertext, 'base64'));
  const place = { procName, name: `arg ${name}` };
  return new SecretBox(Buffer.from('ab'.repeat(32), 'hex')).open({ ciphertext: bytes, keyId }, place);
}

const idsOf = ({ executions }: Page) => executions.map(({ id }) => id);

beforeAll(async () => {
  gateway = await startTestGateway();
  owner = await gateway.createUser('owner', ['one']);
  member = await gateway.createUser('member', ['one', 'two']);
  outsider = await gateway.createUser('outsider', []);
  await register(
    proc('open'),
    proc('closed', { authorized_groups: ['one'] }),
    proc('hidden', { authorized_groups: ['two'] }),
    proc('with-secret', {}, [{ name: 'A' }, { name: 'TOKEN', type: 'secret' }]),
  );
}, 60_000);

afterAll(() => gateway.remove(), 30_000);

describe('GET /execution', () => {
  const ids: Record<string, number> = {};

  beforeAll(async () => {
    ids['open of owner'] = await submit(owner, 'open');
    ids['closed of owner'] = await submit(owner, 'closed');
    ids['hidden of member'] = await submit(member, 'hidden');
    ids['closed of member'] = await submit(member, 'closed');
    ids['hidden of admin'] = await submit(gateway.admin, 'hidden');
  });

  const named = (names: string[]) => names.map((name) => ids[name]);

  it.each<[string, () => Identity, string[]]>([
    [
      'admins all executions',
      () => gateway.admin,
      ['hidden of admin', 'closed of member', 'hidden of member', 'closed of owner', 'open of owner'],
    ],
    [
      'a member of all groups all executions',
      () => member,
      ['hidden of admin', 'closed of member', 'hidden of member', 'closed of owner', 'open of owner'],
    ],
    [
      'other users those of procs that they may execute',
      () => owner,
      ['closed of member', 'closed of owner', 'open of owner'],
    ],
    ['an outsider those of procs without groups', () => outsider, ['open of owner']],
  ])('shows %s, newest first', async (_name, who, expected) => {
    const page = await list(who());
    expect(idsOf(page)).toEqual(named(expected));
    expect(page).not.toHaveProperty('next');
  });

  it('shows users their own executions of a proc that they may no longer execute', async () => {
    const leaver = await gateway.createUser('leaver', ['one']);
    const id = await submit(leaver, 'closed');
    await takeGroups(leaver);
    const body = { name: 'closed', args: {} };
    expect(await gateway.call(leaver, 'POST', '/execution', { body })).toMatchObject({ status: 403 });
    expect(idsOf(await list(leaver))).toEqual([id, ids['open of owner']]);
    await gateway.query('delete from execution where id = $1', [id]);
  });

  it.each<[string, string, string[]]>([
    ['a proc', '?proc=closed', ['closed of member', 'closed of owner']],
    ['a user', '?user=owner@example.com', ['closed of owner', 'open of owner']],
    ['a proc and a user', '?proc=closed&user=member@example.com', ['closed of member']],
    ['a status', '?status=RECEIVED&proc=hidden', ['hidden of admin', 'hidden of member']],
    ['an unknown proc', '?proc=nothing', []],
    ['an unknown user', '?user=nobody@example.com', []],
    ['a schedule', '?schedule=77', []],
    ['a schedule id beyond every possible id', '?schedule=18446744073709551615', []],
    ['a time in the future', '?since=2999-01-01T00:00:00Z', []],
    ['a time in the past', '?until=1999-01-01T00:00:00Z', []],
    [
      'the earliest and the latest valid time',
      '?since=0001-01-01T00:00:00Z&until=9999-12-31T23:59:59.999Z&proc=open',
      ['open of owner'],
    ],
  ])('filters by %s', async (_name, query, expected) => {
    expect(idsOf(await list(gateway.admin, query))).toEqual(named(expected));
  });

  it('filters by several statuses, listed or repeated, and by time and schedule', async () => {
    const [older, newer] = [await submit(owner, 'open'), await submit(owner, 'open')];
    await gateway.query(`update execution set schedule_id = 4711 where id = $1`, [older]);
    await gateway.end(older, 'POD_FAILED');
    await gateway.end(newer, 'CANCELLED');
    for (const query of ['?status=POD_FAILED,CANCELLED', '?status=CANCELLED&status=POD_FAILED']) {
      expect(idsOf(await list(owner, query))).toEqual([newer, older]);
    }
    expect(idsOf(await list(owner, '?schedule=4711'))).toEqual([older]);
    expect((await list(owner, '?schedule=4711')).executions[0]).toMatchObject({ schedule_id: 4711 });
    const [row] = await gateway.query<{ at: string }>(
      `select to_char(created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as at from execution where id = $1`,
      [newer],
    );
    expect(idsOf(await list(owner, `?since=${row!.at}&status=POD_FAILED,CANCELLED`))[0]).toBe(newer);
    expect(idsOf(await list(owner, `?until=${row!.at}`))).not.toContain(newer);
    await gateway.query('delete from execution where id = any($1)', [[older, newer]]);
  });

  it.each([
    ['?proc=not%20a%20name', /proc/],
    ['?user=nobody', /email/],
    ['?status=DONE', /status must be one of/],
    ['?since=yesterday', /such as 2026/],
    ['?limit=0', /1 to 500/],
    ['?limit=501', /1 to 500/],
    ['?cursor=x', /uint64/],
    ['?porc=open', /unknown parameter/],
    ['?proc=open&proc=closed', /given once/],
    ['?__proto__=x', /unknown parameter/],
  ])('refuses %s', async (query, message) => {
    const answer = await gateway.call(owner, 'GET', `/execution${query}`);
    expect(answer).toMatchObject({ status: 400 });
    expect(answer.text).toMatch(message);
  });

  it('pages through all executions exactly once while others are added', async () => {
    const before = new Set(idsOf(await list(gateway.admin)));
    for (let n = 0; n < 25; n++) before.add(await submit(owner, 'open'));
    let isAdding = true;
    const adding = (async () => {
      while (isAdding) await submit(member, 'open');
    })();
    const seen: number[] = [];
    let next: string | undefined = '';
    while (next !== undefined) {
      const page: Page = await list(gateway.admin, `?limit=3${next && `&cursor=${next}`}`);
      expect(page.executions.length).toBeLessThanOrEqual(3);
      seen.push(...idsOf(page));
      next = page.next;
    }
    isAdding = false;
    await adding;
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen).toEqual([...seen].sort((a, b) => b - a));
    expect([...before].filter((id) => !seen.includes(id))).toEqual([]);
  });

  it('accepts any number as a cursor', async () => {
    expect(idsOf(await list(owner, '?cursor=0'))).toEqual([]);
    expect(idsOf(await list(owner, '?cursor=1'))).toEqual([]);
    expect((await list(owner, '?cursor=18446744073709551615&limit=2')).executions).toHaveLength(2);
  });
});

/** Removes a user from all groups, and drops the gateway's cache of users. */
async function takeGroups({ email }: Identity): Promise<void> {
  await gateway.query('delete from account_membership where email = $1', [email]);
  gateway.authenticator.forget();
}

describe('GET /execution/{id}', () => {
  it('shows args and attempts, but no value of a secret arg', async () => {
    const id = await submit(owner, 'with-secret', { A: 'x', TOKEN: SECRET });
    await gateway.query(
      `insert into execution_attempt (execution_id, pod_uid, n, pod_name, started_at, ended_at, exit_code, reason)
       values ($1, 'u1', 1, 'pod-1', '2026-01-01T00:00:00Z', '2026-01-01T00:00:05Z', 3, 'Error'), ($1, 'u2', 2, 'pod-2', null, null, null, null)`,
      [id],
    );
    const answer = await gateway.call(outsider, 'GET', `/execution/${id}`);
    expect(answer).toMatchObject({ status: 200 });
    expect(answer.json()).toMatchObject({
      id,
      job_name: 'with-secret',
      user_email: 'owner@example.com',
      args: { A: 'x', TOKEN: '***' },
      proc_revision: 1,
      attempts: [
        {
          n: 1,
          pod_name: 'pod-1',
          started_at: '2026-01-01T00:00:00.000Z',
          ended_at: '2026-01-01T00:00:05.000Z',
          exit_code: 3,
          reason: 'Error',
        },
        { n: 2, pod_name: 'pod-2' },
      ],
    });
    // The address is personal: others who may execute the proc do not see it.
    expect(answer.json()).not.toHaveProperty('remote_address');
    for (const who of [owner, gateway.admin]) {
      const own = (await gateway.call(who, 'GET', `/execution/${id}`)).json();
      expect(own).toMatchObject({ remote_address: '127.0.0.1' });
    }
    const status = await gateway.call(owner, 'GET', `/execution/${id}/status`);
    expect(status.text + answer.text + gateway.log()).not.toContain(SECRET);
    const [row] = await gateway.query<{ all: string }>(
      `select (select string_agg(e::text, '') from execution e) || (select string_agg(a::text, '') from audit_event a) as all`,
    );
    expect(row?.all).toContain('ciphertext');
    expect(row?.all).not.toContain(SECRET);
  });

  it('shows what it waits for', async () => {
    await register(proc('single', { concurrency: { limit: 1 } }));
    await submit(owner, 'single');
    const waiting = await submit(owner, 'single');
    const answer = await gateway.call(owner, 'GET', `/execution/${waiting}`);
    expect(answer.json()).toMatchObject({ waiting_for: 'slot' });
  });

  it.each([
    ['0', 404],
    ['12', 404],
    ['18446744073709551615', 404],
    ['18446744073709551616', 400],
    ['1e3', 400],
  ])('%s: %i', async (id, status) => {
    expect(await gateway.call(owner, 'GET', `/execution/${id}`)).toMatchObject({ status });
  });
});

describe('GET /execution/{id}/log', () => {
  let id: number;

  beforeAll(async () => {
    id = await submit(owner, 'closed');
    await gateway.addRows(id, [
      { text: 'one' },
      { text: 'tw', endsLine: false },
      { text: 'o' },
      { text: 'three' },
      { text: 'four' },
    ]);
    for (const seq of [1, 2, 3, 4, 5]) {
      await gateway.query(
        `update execution_log set stamped_at = now() - make_interval(mins => $3) where execution_id = $1 and seq = $2`,
        [id, seq, 60 - seq * 10],
      );
    }
  });

  const log = (query: string, who = owner) => gateway.call(who, 'GET', `/execution/${id}/log${query}`);

  it.each([
    ['', 'one\ntwo\nthree\nfour\n'],
    ['?tail=1', 'four\n'],
    ['?tail=3', 'two\nthree\nfour\n'],
    ['?tail=0', ''],
    ['?tail=9999999', 'one\ntwo\nthree\nfour\n'],
    ['?since=25m', 'three\nfour\n'],
    ['?since=25m&tail=1', 'four\n'],
    ['?since=1d', 'one\ntwo\nthree\nfour\n'],
    ['?since=999999999d', 'one\ntwo\nthree\nfour\n'],
    ['?since=5m', ''],
    ['?since=2999-01-01T00:00:00Z', ''],
    ['?tail=0&since=1d', ''],
    ['?follow=false', 'one\ntwo\nthree\nfour\n'],
  ])('%s returns the stored lines of a running execution', async (query, text) => {
    expect(await log(query)).toMatchObject({ status: 200, type: 'text/plain', text });
  });

  it.each(['?tail=-1', '?tail=x', '?since=yesterday', '?follow=maybe', '?tails=3', '?tail=1&tail=2'])(
    'refuses %s',
    async (query) => {
      expect(await log(query)).toMatchObject({ status: 400 });
    },
  );

  it('may be read by users who may see the execution', async () => {
    expect(await log('', member)).toMatchObject({ status: 200 });
    expect(await log('', outsider)).toMatchObject({ status: 403 });
    expect(await gateway.call(owner, 'GET', '/execution/12/log')).toMatchObject({ status: 404 });
  });

  it('has no body for HEAD', async () => {
    expect(await gateway.call(owner, 'HEAD', `/execution/${id}/log?follow`)).toMatchObject({
      status: 200,
      type: 'text/plain',
      text: '',
    });
  });

  it('follows until the end, from the requested line', async () => {
    const running = await submit(owner, 'closed');
    await gateway.addRows(running, [{ text: 'one' }, { text: 'two' }]);
    const following = await fetch(`${gateway.url}/execution/${running}/log?follow&tail=1`, {
      headers: identityHeaders(owner),
    });
    const [first, rest] = following.body!.tee();
    expect((await first.getReader().read()).value).toEqual(Buffer.from('two\n'));
    await gateway.addRows(running, [{ text: 'three' }, { text: 'no newline', endsLine: false }]);
    await gateway.end(running);
    expect(await new Response(rest).text()).toBe('two\nthree\nno newline');
    const again = await gateway.call(owner, 'GET', `/execution/${running}/log?tail=2`);
    expect(again.text).toBe('three\nno newline');
  });

  it('ends for a viewer who may no longer see it', async () => {
    const guest = await gateway.createUser('guest', ['one']);
    const running = await submit(owner, 'closed');
    await gateway.addRows(running, [{ text: 'one' }]);
    const response = await fetch(`${gateway.url}/execution/${running}/log?follow=true`, {
      headers: identityHeaders(guest),
    });
    expect(response.status).toBe(200);
    const reading = response.text();
    reading.catch(() => undefined);
    await gateway.query(`update account set active = false where email = 'guest@example.com'`);
    gateway.authenticator.forget();
    await gateway.openStreams.reauthorize();
    await expect(reading).rejects.toThrow();
  });
});

describe('POST /execution/{id}/rerun', () => {
  const rerun = (who: Identity, id: number, headers: Record<string, string> = {}, body?: unknown) =>
    gateway.call(who, 'POST', `/execution/${id}/rerun`, { headers, body });

  it('executes the current revision of the proc with the same args', async () => {
    await register(proc('changing', {}, [{ name: 'A' }, { name: 'D', default: 'old' }]));
    const body = { name: 'changing', args: { A: 'x' }, callback_url: 'https://example.com/hook' };
    const first = (await gateway.call(owner, 'POST', '/execution', { body })).json<Shown & object>();
    await register(
      proc('changing', { image_name: 'proctor/changing:2' }, [
        { name: 'A' },
        { name: 'D', default: 'new' },
        { name: 'E', default: 'extra' },
      ]),
    );
    const answer = await rerun(member, first.id);
    expect(answer).toMatchObject({ status: 201 });
    const again = answer.json<Shown & { image_tag: string }>();
    expect(again).toMatchObject({
      rerun_of: first.id,
      user_email: 'member@example.com',
      status: 'RECEIVED',
      image_tag: 'proctor/changing:2',
    });
    const rows = await gateway.query(
      'select args, callback, proc_revision from execution where id = any($1) order by id',
      [[first.id, again.id]],
    );
    expect(rows).toEqual([
      {
        args: { A: 'x', D: 'old' },
        callback: expect.objectContaining({ origin: 'https://example.com' }),
        proc_revision: 1,
      },
      { args: { A: 'x', D: 'old', E: 'extra' }, callback: null, proc_revision: 2 },
    ]);
    const [audited] = await gateway.query(
      `select actor, details from audit_event where action = 'rerunExecution' and subject = $1`,
      [String(again.id)],
    );
    expect(audited).toEqual({
      actor: 'member@example.com',
      details: { proc: 'changing', rerunOf: first.id },
    });
  });

  it('reuses secret args without revealing them', async () => {
    const first = await submit(owner, 'with-secret', { A: 'x', TOKEN: SECRET });
    const answer = await rerun(owner, first);
    const again = answer.json<Shown & object>().id;
    const rows = await gateway.query<{ args: object; secret_args: Record<string, { ciphertext: string }> }>(
      'select args, secret_args from execution where id = any($1) order by id',
      [[first, again]],
    );
    expect(rows.map(({ args }) => args)).toEqual([{ A: 'x' }, { A: 'x' }]);
    const ciphertexts = rows.map(({ secret_args }) => secret_args['TOKEN']?.ciphertext);
    expect(ciphertexts[0]).toMatch(/^[A-Za-z0-9+/=]{40,}$/);
    expect(ciphertexts[1]).toMatch(/^[A-Za-z0-9+/=]{40,}$/);
    expect(ciphertexts[0]).not.toBe(ciphertexts[1]);
    const detail = await gateway.call(owner, 'GET', `/execution/${again}`);
    expect(detail.json()).toMatchObject({ rerun_of: first, args: { A: 'x', TOKEN: '***' } });
    expect(answer.text + detail.text + gateway.log()).not.toContain(SECRET);
  });

  it('does not carry secret args of another user along, not even for an admin', async () => {
    const first = await submit(owner, 'with-secret', { A: 'x', TOKEN: SECRET });
    const scheduled = await submit(owner, 'with-secret', { A: 'x', TOKEN: SECRET });
    await gateway.query('update execution set schedule_id = 7, rerun_of = null where id = $1', [scheduled]);
    for (const who of [member, gateway.admin]) {
      for (const id of [first, scheduled]) {
        const refused = await rerun(who, id, { Accept: 'application/json' });
        expect(refused).toMatchObject({ status: 400 });
        expect(refused.json()).toMatchObject({
          errors: [{ field: 'TOKEN', message: expect.stringContaining('pass a value') }],
        });
        const shown = (await gateway.call(who, 'GET', `/execution/${id}`)).json();
        expect(shown).toMatchObject({ rerun_args: ['TOKEN'] });
      }
    }
    expect((await gateway.call(owner, 'GET', `/execution/${first}`)).json()).not.toHaveProperty('rerun_args');
    const passed = await rerun(member, first, {}, { args: { TOKEN: 'of the member' } });
    expect(passed).toMatchObject({ status: 201 });
    const again = passed.json<Shown & object>().id;
    const [sealed] = await gateway.query<{ args: object; secret_args: SealedArgs }>(
      'select args, secret_args from execution where id = $1',
      [again],
    );
    expect(sealed?.args).toEqual({ A: 'x' });
    expect(openArg('with-secret', 'TOKEN', sealed?.secret_args)).toBe('of the member');
    // The rerun is the member's: they may run it once more as it is, and the owner of the first one may not.
    expect(await rerun(member, again)).toMatchObject({ status: 201 });
    expect(await rerun(owner, again)).toMatchObject({ status: 400 });
  });

  it('replaces the given args, and binds the Idempotency-Key to them', async () => {
    const first = await submit(owner, 'with-secret', { A: 'x', TOKEN: SECRET });
    const headers = { 'Idempotency-Key': 'replaced-1' };
    const body = { args: { A: 'y' } };
    const made = await rerun(owner, first, headers, body);
    expect(made).toMatchObject({ status: 201 });
    const again = made.json<Shown & object>().id;
    expect((await gateway.call(owner, 'GET', `/execution/${again}`)).json()).toMatchObject({
      args: { A: 'y', TOKEN: '***' },
    });
    expect((await rerun(owner, first, headers, body)).json()).toMatchObject({ id: again });
    expect(await rerun(owner, first, headers)).toMatchObject({ status: 422 });
    expect(await rerun(owner, first, {}, { args: ['A'] })).toMatchObject({ status: 400 });
  });

  it('keeps an arg secret after the proc has changed', async () => {
    await register(proc('loosened', {}, [{ name: 'TOKEN', type: 'secret' }]));
    const first = await submit(owner, 'loosened', { TOKEN: SECRET });
    await register(proc('loosened', {}, [{ name: 'TOKEN' }]));
    const again = (await rerun(owner, first)).json<Shown & object>().id;
    const detail = await gateway.call(owner, 'GET', `/execution/${again}`);
    expect(detail.json()).toMatchObject({ args: { TOKEN: '***' } });
    await register(proc('loosened', {}, [{ name: 'TOKEN', type: 'enum', options: ['a'] }]));
    const refused = await rerun(owner, first);
    expect(refused).toMatchObject({ status: 400 });
    expect(refused.text).toMatch(/TOKEN.*as a secret/);
    expect(refused.text + detail.text + gateway.log()).not.toContain(SECRET);
  });

  it('reports secret args that were encrypted with another key', async () => {
    const first = await submit(owner, 'with-secret', { TOKEN: SECRET });
    await gateway.query(
      `update execution set secret_args = jsonb_set(secret_args, '{TOKEN,keyId}', '"00000000"') where id = $1`,
      [first],
    );
    const answer = await rerun(owner, first);
    expect(answer).toMatchObject({ status: 409 });
    expect(answer.text).toMatch(/TOKEN.*PROCTOR_SECRET_KEY/);
  });

  it('reports each arg that is no longer valid', async () => {
    await register(proc('narrowing', {}, [{ name: 'A' }, { name: 'B' }]));
    const first = await submit(owner, 'narrowing', { A: 'x', B: 'y' });
    await register(proc('narrowing', {}, [{ name: 'A', type: 'number' }]));
    const answer = await gateway.call(owner, 'POST', `/execution/${first}/rerun`, {
      headers: { Accept: 'application/json' },
    });
    expect(answer).toMatchObject({ status: 400 });
    expect(answer.json()).toMatchObject({ errors: [{ field: 'A' }, { field: 'B' }] });
  });

  it('creates one execution per Idempotency-Key, separately from other routes', async () => {
    const first = await submit(owner, 'open', { A: 'x' });
    const other = await submit(owner, 'open', { A: 'x' });
    const headers = { 'Idempotency-Key': 'again-1' };
    const answers = await Promise.all(Array.from({ length: 5 }, () => rerun(owner, first, headers)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]));
    expect(new Set(answers.map((answer) => answer.json<Shown & object>().id)).size).toBe(1);
    expect(await rerun(owner, other, headers)).toMatchObject({ status: 422 });
    const body = { name: 'open', args: { A: 'x' } };
    const submitted = await gateway.call(owner, 'POST', '/execution', { body, headers });
    expect(submitted.json()).not.toHaveProperty('rerun_of');
    expect(submitted).toMatchObject({ status: 201 });
  });

  it('requires permission to see the execution and to execute its proc', async () => {
    const id = await submit(owner, 'closed');
    expect(await rerun(outsider, id)).toMatchObject({ status: 403 });
    const leaver = await gateway.createUser('leaver2', ['one']);
    const own = await submit(leaver, 'closed');
    await takeGroups(leaver);
    expect(await gateway.call(leaver, 'GET', `/execution/${own}`)).toMatchObject({ status: 200 });
    expect(await rerun(leaver, own)).toMatchObject({ status: 403 });
    expect(await rerun(owner, 12)).toMatchObject({ status: 404 });
    await gateway.query(`update execution set proc_name = 'gone' where id = $1`, [own]);
    expect(await rerun(leaver, own)).toMatchObject({ status: 404 });
  });
});

describe('an Idempotency-Key', () => {
  it('is bound to the content of the request', async () => {
    const body = { name: 'with-secret', args: { TOKEN: 'secret' } };
    const headers = { 'Idempotency-Key': 'hashed-1' };
    expect(await gateway.call(owner, 'POST', '/execution', { body, headers })).toMatchObject({ status: 201 });
    const other = { ...body, args: { TOKEN: 'secres' } };
    expect(await gateway.call(owner, 'POST', '/execution', { body: other, headers })).toMatchObject({
      status: 422,
    });
    const swapped = { args: body.args, name: body.name };
    expect(await gateway.call(owner, 'POST', '/execution', { body: swapped, headers })).toMatchObject({
      status: 201,
    });
  });
});
