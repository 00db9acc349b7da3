import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTestGateway, type Identity, type TestGateway } from '../support/gateway.js';

interface Event {
  id: number;
  at: string;
  actor: string;
  action: string;
  subject: string;
  allowed: boolean;
  address: string;
  details: Record<string, unknown>;
}

let gateway: TestGateway;
let user: Identity;

beforeAll(async () => {
  gateway = await startTestGateway();
  user = await gateway.createUser('user', []);
}, 60_000);

afterAll(() => gateway.remove(), 30_000);

const admin = (method: string, path: string, body?: unknown) =>
  gateway.call(gateway.admin, method, path, { body });

async function list(query = ''): Promise<{ events: Event[]; next?: string }> {
  const answer = await admin('GET', `/audit?${query}`);
  expect(answer).toMatchObject({ status: 200 });
  return answer.json();
}

/** Waits for refusals, which are written in the background. */
async function listUntil(query: string, count: number): Promise<Event[]> {
  for (let tries = 0; ; tries++) {
    const { events } = await list(query);
    if (events.length >= count || tries > 100) return events;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const email = 'audited@example.com';
const changes: [action: string, subject: string, method: string, path: string, body: unknown][] = [
  ['createUser', email, 'POST', '/user', { email, groups: ['first'] }],
  ['updateUser', email, 'PATCH', `/user/${email}`, { name: 'Changed' }],
  ['createGroup', 'audited', 'POST', '/group', { name: 'audited' }],
  ['addMember', 'audited', 'PUT', `/group/audited/member/${email}`, undefined],
  ['removeMember', 'audited', 'DELETE', `/group/audited/member/${email}`, undefined],
  ['removeGroup', 'audited', 'DELETE', '/group/audited', undefined],
  ['createToken', email, 'POST', '/token', { email, label: 'audited' }],
  ['registerProcs', 'audited', 'POST', '/metadata', [{ name: 'audited', image_name: 'proctor/audited:1' }]],
  ['setSecrets', 'audited', 'POST', '/secret', { job_name: 'audited', secrets: { S: 'a long secret' } }],
  ['removeUser', email, 'DELETE', `/user/${email}`, undefined],
];

describe('a change', () => {
  it.each(changes)('is recorded: %s of %s', async (action, subject, method, path, body) => {
    const answer = await admin(method, path, body);
    expect(answer.status).toBeLessThan(300);
    const { events } = await list(`action=${action}&subject=${encodeURIComponent(subject)}`);
    expect(events).toHaveLength(1);
    expect(events[0]).toMatchObject({
      ...{ actor: gateway.admin.email, action, subject, allowed: true, address: '127.0.0.1' },
    });
    expect(Date.now() - Date.parse(events[0]!.at)).toBeLessThan(10_000);
  });

  it('is recorded with old and new values', async () => {
    const who = 'changing@example.com';
    const metadata = { name: 'changing', image_name: 'proctor/changing:1' };
    const template = (value: string) => ({ metadata: { labels: { of: value } }, spec: {} });
    await admin('POST', '/user', { email: who, groups: ['a', 'b'] });
    await admin('PATCH', `/user/${who}`, { groups: ['b', 'c'], active: false });
    await admin('POST', '/metadata', [metadata]);
    await admin('POST', '/metadata', [
      { ...metadata, image_name: 'proctor/changing:2', authorized_groups: ['a'] },
    ]);
    await admin('PUT', '/pod-template/changing', template('old'));
    await admin('PUT', '/pod-template/changing', template('new'));
    await admin('DELETE', '/pod-template/changing');
    await admin('POST', '/secret', { job_name: 'changing', secrets: { S: 'a long secret' } });
    await admin('POST', '/secret', {
      job_name: 'changing',
      secrets: { S: 'another secret', T: 'a long secret' },
    });
    await admin('PUT', '/whoami/notification', { notify_on: ['failure'] });
    const newest = async (action: string, subject: string) =>
      (await list(`action=${action}&subject=${subject}`)).events[0]?.details;
    expect(await newest('updateUser', who)).toMatchObject({
      changes: { active: { from: true, to: false }, groups: { from: '["a","b"]', to: '["b","c"]' } },
    });
    expect(await newest('registerProcs', 'changing')).toMatchObject({
      changes: {
        image_name: { from: 'proctor/changing:1', to: 'proctor/changing:2' },
        authorized_groups: { from: '[]', to: '["a"]' },
      },
    });
    expect(await newest('applyPodTemplate', 'changing')).toMatchObject({
      changes: { 'metadata.labels.of': { from: 'old', to: 'new' } },
    });
    expect(await newest('removePodTemplate', 'changing')).toMatchObject({
      changes: { 'metadata.labels.of': { from: 'new', to: null } },
    });
    expect(await newest('setSecrets', 'changing')).toEqual({ names: 'S T', replaced: 'S' });
    expect(await newest('setNotifyPreference', gateway.admin.email)).toMatchObject({
      changes: { notifyOn: { from: '[]', to: '["failure"]' } },
    });
  });

  it('is recorded with the label of a revoked token', async () => {
    const { id } = (await admin('POST', '/token', { label: 'short-lived' })).json<{ id: string }>();
    await admin('DELETE', `/token/${id}`);
    const { events } = await list(`action=revokeToken&subject=${id}`);
    expect(events).toMatchObject([{ details: { email: gateway.admin.email, label: 'short-lived' } }]);
  });

  it('is followed by a refusal if it is refused', async () => {
    expect(await admin('DELETE', '/group/proctor_admin')).toMatchObject({ status: 409 });
    const events = await listUntil('action=removeGroup&subject=proctor_admin', 2);
    expect(events.map(({ allowed, details }) => [allowed, details['code']])).toEqual([
      [false, 'conflict'],
      [true, undefined],
    ]);
  });
});

describe('a refused change', () => {
  const schedule = {
    ...{ jobName: 'busy', args: {}, tags: 't', cron: '@daily', notificationEmails: 'a@b.c', group: 'g' },
  };
  beforeAll(async () => {
    const proc = { name: 'busy', image_name: 'proctor/busy:1', env_vars: { args: [{ name: 'A' }] } };
    expect(await admin('POST', '/metadata', [proc])).toMatchObject({ status: 201 });
    expect(await admin('POST', '/schedule', schedule)).toMatchObject({ status: 201 });
  });

  it.each<[string, () => Promise<string>, string, string, unknown]>([
    ['removeProc', async () => 'busy', 'DELETE', '/metadata/busy', undefined],
    ['createSchedule', async () => 'busy', 'POST', '/schedule', schedule],
    ['updateSchedule', () => makeSchedule(), 'PATCH', '/schedule/:id', { args: {} }],
  ])('is followed by the reason: %s', async (action, makeSubject, method, path, body) => {
    const subject = await makeSubject();
    expect(await admin(method, path.replace(':id', subject), body)).toMatchObject({ status: 409 });
    const events = await listUntil(`action=${action}&subject=${subject}&allowed=false`, 1);
    expect(events).toMatchObject([{ actor: gateway.admin.email, details: { code: 'conflict' } }]);
  });

  async function makeSchedule(): Promise<string> {
    const made = await admin('POST', '/schedule', { ...schedule, args: { A: 'x' } });
    return String(made.json<{ id: number }>().id);
  }
});

describe('groups', () => {
  it('are distinguished, whatever their names', async () => {
    await admin('POST', '/user', { email: 'one-group@example.com', groups: ['a, b'] });
    await admin('POST', '/user', { email: 'two-groups@example.com', groups: ['a', 'b'] });
    const groupsOf = async (who: string) =>
      (await list(`action=createUser&subject=${who}`)).events[0]?.details['groups'];
    expect(await groupsOf('one-group@example.com')).toBe('["a, b"]');
    expect(await groupsOf('two-groups@example.com')).toBe('["a","b"]');
  });
});

describe('a refusal', () => {
  it('is recorded under the name of the route, with the actor and the address', async () => {
    expect(await gateway.call(user, 'DELETE', '/user/a%2Fb@example.com')).toMatchObject({ status: 403 });
    const events = await listUntil(`actor=${user.email}&allowed=false`, 1);
    expect(events).toMatchObject([
      {
        action: 'removeUser',
        subject: '/user/a%2Fb@example.com',
        address: '127.0.0.1',
        details: { code: 'forbidden', method: 'DELETE', path: '/user/a%2Fb@example.com' },
      },
    ]);
  });

  it('is recorded even where the answer hides it', async () => {
    const { id } = (await admin('POST', '/token', {})).json<{ id: string }>();
    expect(await gateway.call(user, 'DELETE', `/token/${id}`)).toMatchObject({ status: 404 });
    const events = await listUntil(`action=revokeToken&subject=${id}`, 1);
    expect(events).toMatchObject([
      { actor: user.email, allowed: false, address: '127.0.0.1', details: { code: 'not_found' } },
    ]);
  });

  it('is recorded for unauthenticated clients with the claimed email, without the token', async () => {
    const stranger = { email: 'mallory@example.com', token: 'guessed-by-mallory' };
    expect(await gateway.call(stranger, 'GET', '/token')).toMatchObject({ status: 401 });
    const events = await listUntil('actor=unknown&action=listTokens', 1);
    expect(events).toMatchObject([{ details: { code: 'unauthenticated', claimed: stranger.email } }]);
    expect(JSON.stringify(events)).not.toContain(stranger.token);
  });

  it('is recorded without a token that was sent as an email or in a path', async () => {
    const { token } = gateway.admin;
    expect(await gateway.call({ email: token, token: 'x' }, 'GET', `/schedule/${token}`)).toMatchObject({
      status: 401,
    });
    const events = await listUntil('actor=unknown&action=getSchedule', 1);
    expect(events).toMatchObject([{ subject: '/schedule/***', details: { claimed: '(no email)' } }]);
    const rows = await gateway.query('select to_jsonb(e)::text as row from audit_event e');
    expect(JSON.stringify(rows)).not.toContain(token);
  });

  it('is recorded with a truncated email, even if the cut splits a character', async () => {
    const email = Buffer.from(`a@${'a'.repeat(297)}😀`).toString('latin1');
    const before = (await list('actor=unknown&action=whoAmI')).events.length;
    expect(await gateway.call({ email, token: 'x' }, 'GET', '/whoami')).toMatchObject({ status: 401 });
    const [event] = await listUntil('actor=unknown&action=whoAmI', before + 1);
    expect(event).toMatchObject({ details: { claimed: `a@${'a'.repeat(297)}\ufffd` } });
  });
});

describe('too many failed logins', () => {
  it('are recorded too', async () => {
    const other = await startTestGateway({ env: { PROCTOR_FAILED_LOGINS_PER_ADDRESS: '2' } });
    try {
      const guess = (token: string) =>
        other.call({ email: 'victim@example.com', token }, 'GET', '/whoami').then(({ status }) => status);
      expect([await guess('1'), await guess('2'), await guess('3')]).toEqual([401, 401, 429]);
      const rows = await other.query(`select details->>'code' as code from audit_event`);
      // Written in the background, so in any order.
      expect(rows.map(({ code }) => code).sort()).toEqual([
        ...['too_many_requests', 'unauthenticated', 'unauthenticated'],
      ]);
    } finally {
      await other.remove();
    }
  }, 20_000);
});

describe('GET /audit', () => {
  it('lists the newest first, page by page, each event once', async () => {
    const seen: number[] = [];
    let cursor: string | undefined;
    do {
      const page = await list(
        `limit=4&until=${new Date().toISOString()}${cursor ? `&cursor=${cursor}` : ''}`,
      );
      seen.push(...page.events.map(({ id }) => id));
      cursor = page.next;
    } while (cursor !== undefined);
    const rows = await gateway.query<{ id: string }>('select id from audit_event order by at desc, id desc');
    expect(seen).toEqual(rows.map(({ id }) => Number(id)).slice(-seen.length));
    expect(seen.length).toBeGreaterThan(12);
  });

  it('filters by time', async () => {
    const { events } = await list('limit=500');
    const middle = events[Math.floor(events.length / 2)]!.at;
    const older = (await list(`limit=500&until=${middle}`)).events;
    const newer = (await list(`limit=500&since=${middle}`)).events;
    expect(older.every(({ at }) => at < middle)).toBe(true);
    expect(newer.every(({ at }) => at >= middle)).toBe(true);
    expect(older.length + newer.length).toBe(events.length);
  });

  it('treats a cursor of no event as the end, whatever its size', async () => {
    expect(await list('cursor=18446744073709551615')).toEqual({ events: [] });
  });

  it.each([
    'actors=x',
    'allowed=maybe',
    'since=yesterday',
    'since=0000-01-01T00:00:00Z',
    'actor=a&actor=b',
    'actor=',
    'actor=a%00b',
  ])('refuses ?%s', async (query) => {
    expect(await admin('GET', `/audit?${query}`)).toMatchObject({ status: 400 });
  });
});

describe('GET /audit/export', () => {
  it('returns the same events as JSON lines, oldest first, and is itself audited', async () => {
    const answer = await admin('GET', '/audit/export');
    expect(answer).toMatchObject({ status: 200, type: 'application/x-ndjson' });
    const events = answer.text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Event & { seal: unknown })
      .map(({ seal: _, ...event }) => event);
    expect(events).toEqual((await list('limit=500')).events.reverse());
    expect(events.at(-1)).toMatchObject({ action: 'exportAudit', actor: gateway.admin.email, allowed: true });
  });

  it('filters, and records the filter', async () => {
    const answer = await admin('GET', `/audit/export?action=createUser&subject=${email}`);
    const events = answer.text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Event);
    expect(events.map(({ action }) => action)).toEqual(['createUser']);
    const [newest] = (await list('action=exportAudit')).events;
    expect(newest!.details).toEqual({ action: 'createUser', subject: email });
    expect(await admin('GET', '/audit/export?subject=nothing-of-the-sort')).toMatchObject({
      status: 200,
      text: '',
    });
    expect(await admin('GET', '/audit/export?limit=3')).toMatchObject({ status: 400 });
  });

  it('returns more than fits into a page', async () => {
    await gateway.query(
      `insert into audit_event (actor, action, subject, allowed)
       select 'many@example.com', 'submitExecution', n::text, true from generate_series(1, 2300) n`,
    );
    const answer = await admin('GET', '/audit/export?actor=many@example.com');
    const subjects = answer.text
      .trimEnd()
      .split('\n')
      .map((line) => Number((JSON.parse(line) as Event).subject));
    expect(new Set(subjects).size).toBe(2_300);
    expect(subjects).toHaveLength(2_300);
  });

  it('answers HEAD without reading anything', async () => {
    const before = (await list('action=exportAudit')).events.length;
    const answer = await admin('HEAD', '/audit/export');
    expect(answer).toMatchObject({ status: 200, text: '', type: 'application/x-ndjson' });
    expect((await list('action=exportAudit')).events).toHaveLength(before);
  });
});
