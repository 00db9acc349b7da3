import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { startTestGateway, type Identity, type TestGateway } from '../support/gateway.js';
import { until } from '../support/api-client.js';
import { talk } from '../support/go-wire.js';

let gateway: TestGateway;
let other: TestGateway;
let ada: Identity;
let count = 0;

beforeAll(async () => {
  gateway = await startTestGateway({ env: { PROCTOR_FAILED_LOGINS_PER_ADDRESS: '100000' } });
  const { databaseUrl, admin } = gateway;
  other = await startTestGateway({ databaseUrl, admin });
  await gateway.call(admin, 'POST', '/metadata', { body: [{ name: 'open', image_name: 'proctor/open:1' }] });
}, 60_000);
afterAll(async () => {
  await other?.remove();
  await gateway?.remove();
}, 30_000);
beforeEach(async () => {
  ada = await gateway.createUser(`ada-${++count}`, []);
});

const whoAmI = async (who: Identity, at = gateway) => (await at.call(who, 'GET', '/whoami')).status;
const open = (body: unknown, headers: Record<string, string> = {}) =>
  gateway.call(null, 'POST', '/session', { body, headers });
const cookieOf = ({ session }: Identity) => session?.cookie ?? '';
const list = async (who: Identity) =>
  (await gateway.call(who, 'GET', '/session')).json<{ sessions: { id: string; is_current: boolean }[] }>()
    .sessions;

describe('signing in', () => {
  it('answers with who is signed in and a cookie that no script can read', async () => {
    const answer = await open({ token: ada.token });
    expect(answer.status).toBe(201);
    expect(answer.json()).toMatchObject({
      email: ada.email,
      is_admin: false,
      session: { id: expect.any(String) },
    });
    expect(answer.headers.getSetCookie()).toEqual([
      expect.stringMatching(/^proctor=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax$/),
    ]);
    expect(answer.text).not.toContain(ada.token);
  });

  it('sets a secure cookie for this host alone where the browser comes over https', async () => {
    const publicUrl = 'https://proctor.example.com';
    const secure = await startTestGateway({
      databaseUrl: gateway.databaseUrl,
      admin: gateway.admin,
      env: { PROCTOR_PUBLIC_URL: publicUrl, PROCTOR_TRUST_PROXY: '127.0.0.1' },
    });
    try {
      const forwarded = { 'X-Forwarded-Host': 'proctor.example.com', 'X-Forwarded-Proto': 'https' };
      const call = { body: { token: ada.token }, headers: { ...forwarded, Origin: publicUrl } };
      const answer = await secure.call(null, 'POST', '/session', call);
      expect(answer.headers.getSetCookie()).toEqual([
        expect.stringMatching(/^__Host-proctor=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Secure$/),
      ]);
      const insecure = {
        ...call,
        headers: { ...forwarded, 'X-Forwarded-Proto': 'http', 'X-Forwarded-Host': 'other.example.com' },
      };
      expect(await secure.call(null, 'POST', '/session', insecure)).toMatchObject({
        status: 409,
        text: expect.stringMatching(/https/),
      });
    } finally {
      await secure.remove();
    }
  });

  it.each([
    ['a wrong token', () => ({ token: 'guessed' })],
    ["another account's email", () => ({ email: gateway.admin.email, token: ada.token })],
    ['the secret of a session', () => ({ token: 'a'.repeat(43) })],
  ])('is refused with %s', async (_what, body) => {
    const answer = await open(body());
    expect(answer).toMatchObject({ status: 401, text: expect.stringContaining('wrong') });
    expect(answer.headers.getSetCookie()).toEqual([]);
  });

  it('is refused to a service account', async () => {
    const { admin } = gateway;
    const email = `robot-${count}@example.com`;
    await gateway.call(admin, 'POST', '/user', { body: { email, service: true } });
    const token = (await gateway.call(admin, 'POST', '/token', { body: { email } })).json<Identity>().token;
    expect(await open({ token })).toMatchObject({
      status: 403,
      text: expect.stringContaining('service account'),
    });
  });

  it('makes a new secret and ends the previous session, so a planted one is worthless', async () => {
    const planted = await gateway.signIn(await gateway.createUser(`eve-${count}`, []));
    const headers = { Cookie: cookieOf(planted), Origin: gateway.url };
    const answer = await open({ token: ada.token }, headers);
    expect(answer.status).toBe(201);
    expect(answer.headers.getSetCookie()[0]).not.toContain(cookieOf(planted));
    expect(await whoAmI(planted)).toBe(401);
    const made = { Cookie: `proctor=${'x'.repeat(43)}`, Origin: gateway.url };
    expect((await open({ token: ada.token }, made)).headers.getSetCookie()[0]).not.toContain('x'.repeat(43));
  });

  it('keeps the newest twenty sessions of a user', async () => {
    const first = await gateway.signIn(ada);
    const second = await gateway.signIn(ada);
    for (let n = 0; n < 19; n++) await gateway.signIn(ada);
    expect(await whoAmI(second)).toBe(200);
    expect(await gateway.query('select 1 from browser_session where email = $1', [ada.email])).toHaveLength(
      20,
    );
    await until(async () => (await whoAmI(first)) === 401, 10_000);
  });

  it('is pointless while authentication is off', async () => {
    const off = await startTestGateway({ env: { PROCTOR_AUTH_ENABLED: 'false' } });
    try {
      const answer = await off.call(null, 'POST', '/session', { body: { token: 'x' } });
      expect(answer).toMatchObject({ status: 409, text: expect.stringContaining('Authentication is off') });
    } finally {
      await off.remove();
    }
  });
});

describe('a session', () => {
  it('has the rights of its token, and no more', async () => {
    const body = { scope: 'read' };
    const narrow = (await gateway.call(ada, 'POST', '/token', { body })).json<Identity>();
    const session = await gateway.signIn({ email: ada.email, token: narrow.token });
    expect((await gateway.call(session, 'GET', '/whoami')).json()).toMatchObject({ scope: 'read' });
    const execution = { body: { name: 'open', args: {} } };
    expect((await gateway.call(session, 'POST', '/execution', execution)).status).toBe(403);
    expect((await gateway.call(await gateway.signIn(ada), 'POST', '/execution', execution)).status).toBe(201);
  });

  it('makes no token that outlives it', async () => {
    const answer = await gateway.call(await gateway.signIn(ada), 'POST', '/token', { body: {} });
    const { expires_at: expiresAt } = answer.json<{ expires_at: string }>();
    expect(Date.parse(expiresAt)).toBeLessThanOrEqual(Date.now() + 12 * 3_600_000);
  });

  it('works only as a cookie', async () => {
    const secret = cookieOf(await gateway.signIn(ada)).split('=')[1] ?? '';
    expect(await whoAmI({ email: ada.email, token: secret })).toBe(401);
    const headers = { Authorization: `Bearer ${secret}` };
    expect((await gateway.call(null, 'GET', '/whoami', { headers })).status).toBe(401);
  });

  it('is stored as a hash', async () => {
    const secret = cookieOf(await gateway.signIn(ada)).split('=')[1] ?? '';
    const rows = await gateway.query('select * from browser_session where email = $1', [ada.email]);
    expect(rows).toHaveLength(1);
    expect(JSON.stringify(rows)).not.toContain(secret);
    expect(gateway.log()).not.toContain(secret);
  });

  async function expectEndAfter(change: string): Promise<void> {
    const session = await gateway.signIn(ada);
    await gateway.query(`update browser_session set ${change} where email = $1`, [ada.email]);
    const answer = await gateway.call(session, 'GET', '/whoami');
    expect(answer).toMatchObject({ status: 401, text: expect.stringContaining('Your session has ended.') });
  }

  it('ends if it is used for too long', () => expectEndAfter('expires_at = now()'));

  it('ends if it is not used for two hours', () =>
    expectEndAfter(`last_seen_at = now() - interval '121 minutes'`));

  it('stays alive while it is used', async () => {
    const session = await gateway.signIn(ada);
    await gateway.query(
      `update browser_session set last_seen_at = now() - interval '90 minutes' where email = $1`,
      [ada.email],
    );
    expect(await whoAmI(session)).toBe(200);
    const seen = async () =>
      (
        await gateway.query(
          `select 1 from browser_session where email = $1 and last_seen_at > now() - interval '1 minute'`,
          [ada.email],
        )
      ).length;
    await until(async () => (await seen()) === 1, 5_000);
  });

  it.each<[string, (id: string) => Promise<unknown>]>([
    ['its token is revoked', (id) => gateway.call(gateway.admin, 'DELETE', `/token/${id}`)],
    [
      'the account is disabled',
      () => gateway.call(gateway.admin, 'PATCH', `/user/${ada.email}`, { body: { active: false } }),
    ],
    ['the account is removed', () => gateway.call(gateway.admin, 'DELETE', `/user/${ada.email}`)],
  ])('ends within five seconds on every gateway when %s, and its open streams', async (_what, end) => {
    const session = await gateway.signIn(ada);
    const { id } = (
      await gateway.call(session, 'POST', '/execution', { body: { name: 'open', args: {} } })
    ).json<{
      id: number;
    }>();
    const { origin } = session.session ?? { origin: '' };
    const viewer = other.watch({ ...session, session: { cookie: cookieOf(session), origin: other.url } }, id);
    expect(origin).toBe(gateway.url);
    expect(await whoAmI(session, other)).toBe(200);
    const [token] = await gateway.query<{ id: string }>('select id from access_token where email = $1', [
      ada.email,
    ]);
    await end(token?.id ?? '');
    await until(async () => (await whoAmI(session, other)) === 401, 5_000);
    expect(await whoAmI(session)).toBe(401);
    expect(await viewer.ended).toMatchObject({ code: expect.any(Number) });
  });
});

describe('signing out', () => {
  it('ends this session alone, on every gateway, and removes the cookie', async () => {
    const [mine, another] = [await gateway.signIn(ada), await gateway.signIn(ada)];
    expect(await whoAmI(mine, other)).toBe(200);
    const answer = await gateway.call(mine, 'DELETE', '/session');
    expect(answer.status).toBe(204);
    expect(answer.headers.getSetCookie().join()).toMatch(/proctor=;.*Max-Age=0/);
    expect(await whoAmI(mine)).toBe(401);
    await until(async () => (await whoAmI(mine, other)) === 401, 5_000);
    expect(await whoAmI(another)).toBe(200);
    expect((await gateway.call(mine, 'DELETE', '/session')).status).toBe(204);
  });

  it('of another browser goes by the list', async () => {
    const [mine, another] = [await gateway.signIn(ada), await gateway.signIn(ada)];
    const sessions = await list(mine);
    expect(sessions.map(({ is_current: isCurrent }) => isCurrent)).toEqual([false, true]);
    expect((await gateway.call(mine, 'DELETE', `/session/${sessions[0]?.id}`)).status).toBe(204);
    expect(await whoAmI(another)).toBe(401);
    expect(await list(mine)).toHaveLength(1);
  });

  it('ends no session of another user, not even for an admin', async () => {
    const session = await gateway.signIn(ada);
    const [{ id } = { id: '' }] = await list(session);
    expect((await gateway.call(gateway.admin, 'DELETE', `/session/${id}`)).status).toBe(204);
    expect(await whoAmI(session)).toBe(200);
  });

  it('and signing in are in the audit trail', async () => {
    await gateway.call(await gateway.signIn(ada), 'DELETE', '/session');
    const rows = await gateway.query('select action, allowed from audit_event where actor = $1 order by id', [
      ada.email,
    ]);
    expect(rows).toEqual([
      { action: 'createSession', allowed: true },
      { action: 'endSession', allowed: true },
    ]);
  });
});

describe('pages of other sites', () => {
  const evil = 'https://evil.example.com';

  it.each([
    ['another site', evil],
    ['another port', 'http://127.0.0.1:1'],
    ['a sandboxed frame', 'null'],
  ])('change nothing with the cookie: a page of %s', async (_what, origin) => {
    const session = await gateway.signIn(ada);
    const headers = { Cookie: cookieOf(session), Origin: origin };
    const body = { name: 'open', args: {} };
    const answer = await gateway.call(null, 'POST', '/execution', { body, headers });
    expect(answer).toMatchObject({ status: 403, text: expect.stringContaining('another site') });
    expect((await gateway.call(null, 'DELETE', '/session', { headers })).status).toBe(403);
    expect(await whoAmI(session)).toBe(200);
  });

  it('are refused where the browser says so: even reading', async () => {
    const session = await gateway.signIn(ada);
    for (const site of ['cross-site', 'same-site']) {
      const headers = { Cookie: cookieOf(session), 'Sec-Fetch-Site': site, 'Sec-Fetch-Mode': 'no-cors' };
      expect((await gateway.call(null, 'GET', '/whoami', { headers })).status).toBe(403);
    }
  });

  it('cannot leave out where they come from', async () => {
    const headers = { Cookie: cookieOf(await gateway.signIn(ada)) };
    const body = { name: 'open', args: {} };
    const answer = await gateway.call(null, 'POST', '/execution', { body, headers });
    expect(answer).toMatchObject({ status: 403, text: expect.stringContaining('Origin') });
  });

  it('cannot sign a browser in', async () => {
    expect((await open({ token: ada.token }, { Origin: evil })).status).toBe(403);
    expect((await open({ token: ada.token }, { 'Sec-Fetch-Site': 'cross-site' })).status).toBe(403);
  });

  it('open no WebSocket', async () => {
    const session = await gateway.signIn(ada);
    const { id } = (
      await gateway.call(session, 'POST', '/execution', { body: { name: 'open', args: {} } })
    ).json<{
      id: number;
    }>();
    const foreign = gateway.watch({ ...session, session: { cookie: cookieOf(session), origin: evil } }, id);
    expect(await foreign.ended).toMatchObject({ status: 403 });
    const own = gateway.watch(session, id);
    await gateway.addRows(id, [{ text: 'a line' }]);
    await gateway.end(id);
    expect(await own.ended).toMatchObject({ code: 1000 });
    expect(own.lines()).toEqual(['a line']);
  });

  it('reach no session by a name of their own for the gateway', async () => {
    const cookie = `Cookie: __Host-${cookieOf(await gateway.signIn(ada))}`;
    const ask = (host: string) =>
      talk(gateway.url, `GET /whoami HTTP/1.1\r\nHost: ${host}\r\n${cookie}\r\n\r\n`);
    expect(await ask('localhost')).toMatchObject({ status: 200 });
    expect(await ask('evil.example')).toMatchObject({
      status: 403,
      body: expect.stringContaining('PROCTOR_ALLOWED_HOSTS'),
    });
  });
});
