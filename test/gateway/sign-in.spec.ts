import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { LocalIssuer, type Claims } from '../../libs/plugins/src/testing/index.js';
import { startTestGateway, type Answer, type Identity, type TestGateway } from '../support/gateway.js';

interface PollBody {
  status: string;
  token: string;
  refresh_token: string;
}

let issuer: LocalIssuer;
let gateway: TestGateway;

const envFor = (of: LocalIssuer) => ({
  ...(of.env() as Record<string, string>),
  PROCTOR_AUTH_PLUGIN_BINARY: 'oidc',
  PROCTOR_FAILED_LOGINS_PER_ADDRESS: '10000',
});

beforeAll(async () => {
  issuer = await LocalIssuer.start({ clientSecret: 'the-secret-of-the-client' });
  gateway = await startTestGateway({ env: envFor(issuer) });
}, 60_000);

afterAll(async () => {
  await gateway.remove();
  await issuer.close();
}, 30_000);

const person = (changes: Claims = {}): Claims => ({
  email: 'ada@example.com',
  email_verified: true,
  name: 'Ada',
  groups: ['one'],
  ...changes,
});

/** Sends a bearer token. */
const ask = (
  token: string,
  method = 'GET',
  path = '/whoami',
  body?: unknown,
  on = gateway,
): Promise<Answer> =>
  on.call(null, method, path, {
    body,
    headers: { Authorization: `Bearer ${token}`, Accept: 'application/json' },
  });

const begin = async () =>
  (await gateway.call(null, 'POST', '/auth/device')).json<{ device_code: string; user_code: string }>();
const poll = async (deviceCode: string) =>
  (
    await gateway.call(null, 'POST', '/auth/device/token', { body: { device_code: deviceCode } })
  ).json<PollBody>();

describe('single sign-on', () => {
  it('is described without credentials', async () => {
    const answer = await gateway.call(null, 'GET', '/auth');
    expect(answer.json()).toEqual({ plugin: 'oidc', sign_in: 'device' });
  });

  it('returns a token once and leaves no trace of it', async () => {
    const begun = await gateway.call(null, 'POST', '/auth/device');
    expect(begun).toMatchObject({ status: 200 });
    expect(begun.headers.get('cache-control')).toBe('no-store');
    const { device_code: deviceCode, user_code: userCode } = begun.json<{
      device_code: string;
      user_code: string;
    }>();
    expect(begun.json()).toMatchObject({
      verification_uri: `${issuer.url}/device`,
      verification_uri_complete: `${issuer.url}/device?user_code=${userCode}`,
      expires_in_seconds: 300,
      interval_seconds: 1,
    });
    expect(await poll(deviceCode)).toEqual({ status: 'pending' });
    issuer.devices.slowDown(userCode);
    expect(await poll(deviceCode)).toEqual({ status: 'slow_down' });
    issuer.devices.approve(userCode, person());
    const signedIn = await poll(deviceCode);
    expect(signedIn).toMatchObject({ status: 'signed_in', token: expect.any(String) });
    expect((await ask(signedIn.token)).json()).toEqual({
      ...{ email: 'ada@example.com', name: 'Ada', groups: ['one'], is_admin: false, scope: 'admin' },
    });
    expect(await poll(deviceCode)).toEqual({ status: 'expired' });
    const audited = await gateway.call(
      gateway.admin,
      'GET',
      '/audit?action=pollSignIn&actor=ada@example.com',
    );
    expect(audited.json()).toMatchObject({ events: [{ allowed: true, address: '127.0.0.1' }] });
    const traces = gateway.log() + JSON.stringify(await gateway.query('select * from audit_event'));
    for (const secret of [deviceCode, signedIn.token, signedIn.refresh_token, 'the-secret-of-the-client'])
      expect(traces).not.toContain(secret);
  });

  it.each(['deny', 'expire'] as const)('reports a denied or expired sign-in: %s', async (what) => {
    const { device_code: deviceCode, user_code: userCode } = await begin();
    issuer.devices[what](userCode);
    expect(await poll(deviceCode)).toEqual({ status: what === 'deny' ? 'denied' : 'expired' });
  });

  it('is extended by refreshing', async () => {
    const { device_code: deviceCode, user_code: userCode } = await begin();
    issuer.devices.approve(userCode, person({ email: 'grace@example.com' }));
    const { refresh_token: refreshToken } = await poll(deviceCode);
    const refresh = () =>
      gateway.call(null, 'POST', '/auth/refresh', { body: { refresh_token: refreshToken } });
    const refreshed = (await refresh()).json<PollBody>();
    expect(refreshed).toMatchObject({ status: 'signed_in', refresh_token: expect.any(String) });
    expect((await ask(refreshed.token)).json()).toMatchObject({ email: 'grace@example.com' });
    expect((await refresh()).json()).toEqual({ status: 'denied' });
  });

  it.each([{}, { device_code: '' }, { device_code: 7 }, { device_code: 'x'.repeat(20_000) }])(
    'refuses an invalid poll',
    async (body) =>
      expect(await gateway.call(null, 'POST', '/auth/device/token', { body })).toMatchObject({ status: 400 }),
  );
});

describe('a token of the issuer', () => {
  it('is sent as a bearer, or with the email as v2’s clients do', async () => {
    const token = await issuer.token(person());
    expect(await ask(token)).toMatchObject({ status: 200 });
    const pair = (email: string) => gateway.call({ email, token }, 'GET', '/whoami');
    expect(await pair('Ada@Example.com')).toMatchObject({ status: 200 });
    expect(await pair('bob@example.com')).toMatchObject({ status: 401 });
  });

  const invalid: [string, () => Promise<string>][] = [
    ['expired', () => issuer.token(person({ exp: Math.floor(Date.now() / 1_000) - 31 }))],
    ['not yet valid', () => issuer.token(person({ nbf: Math.floor(Date.now() / 1_000) + 60 }))],
    ['without expiry', () => issuer.token(person({ exp: undefined }))],
    ['for another audience', () => issuer.token(person({ aud: 'another-client' }))],
    ['of another issuer', () => issuer.token(person({ iss: 'https://issuer.example' }))],
    ['forged', () => issuer.mint.forge(issuer.claims(person()))],
    ['unsigned', async () => issuer.mint.leaveUnsigned(issuer.claims(person()))],
    ['signed with the public key as a secret', () => issuer.mint.signWithPublicKey(issuer.claims(person()))],
    ['without an email', () => issuer.token(person({ email: undefined }))],
    ['with an unverified email', () => issuer.token(person({ email_verified: false }))],
    ['not a token', async () => 'nonsense'],
  ];

  it.each(invalid)('is refused if it is %s', async (_kind, make) => {
    const answer = await ask(await make());
    expect(answer).toMatchObject({ status: 401 });
    expect(answer.headers.get('www-authenticate')).toContain('Bearer');
  });

  it('may be long, with many groups', async () => {
    const groups = Array.from({ length: 300 }, (_, n) => `group-number-${n}`);
    const token = await issuer.token(person({ groups }));
    expect(token.length).toBeGreaterThan(4_096);
    expect((await ask(token)).json()).toMatchObject({ groups });
  });

  it('contains the groups that decide what its owner may do', async () => {
    const admin = await issuer.token(person({ email: 'root@example.com', groups: ['proctor_admin'] }));
    const one = await issuer.token(person());
    const two = await issuer.token(person({ groups: ['one', 'two'] }));
    const proc = { name: 'closed', image_name: 'proctor/closed:1', authorized_groups: ['one', 'two'] };
    expect(await ask(two, 'POST', '/metadata', [proc])).toMatchObject({ status: 403 });
    expect(await ask(admin, 'POST', '/metadata', [proc])).toMatchObject({ status: 201 });
    const execute = (token: string) => ask(token, 'POST', '/execution', { name: 'closed', args: {} });
    expect(await execute(one)).toMatchObject({ status: 403 });
    expect(await execute(two)).toMatchObject({ status: 201 });
    expect(await execute(admin)).toMatchObject({ status: 201 });
    expect((await ask(one, 'GET', '/metadata')).json()).toEqual([]);
    expect((await ask(two, 'GET', '/metadata')).json()).toMatchObject([{ name: 'closed' }]);
  });

  it('is accepted while the issuer is down, even if it is new', async () => {
    await ask(await issuer.token(person()));
    issuer.goDown();
    try {
      expect(await ask(await issuer.token(person({ email: 'late@example.com' })))).toMatchObject({
        status: 200,
      });
    } finally {
      issuer.comeBack();
    }
  });

  it('is accepted soon after the issuer has rotated its keys, and an old one no longer', async () => {
    const old = await issuer.token(person({ email: 'old@example.com' }));
    expect(await ask(old)).toMatchObject({ status: 200 });
    await issuer.rotateKeys();
    const isAccepted = async () =>
      (await ask(await issuer.token(person({ jti: String(Math.random()) })))).status === 200;
    const from = Date.now();
    while (!(await isAccepted())) {
      expect(Date.now() - from).toBeLessThan(15_000);
      await sleep(500);
    }
    await sleep(Math.max(0, 5_100 - (Date.now() - from)));
    expect(await ask(old)).toMatchObject({ status: 401 });
  }, 30_000);
});

describe('accounts alongside the issuer', () => {
  it('authenticate with tokens that Proctor issued', async () => {
    const admin = await issuer.token(person({ email: 'root@example.com', groups: ['proctor_admin'] }));
    const email = 'robot@example.com';
    expect(await ask(admin, 'POST', '/user', { email, service: true, groups: ['one'] })).toMatchObject({
      status: 201,
    });
    const made = (await ask(admin, 'POST', '/token', { email })).json<{ token: string }>();
    expect((await ask(made.token)).json()).toMatchObject({ email, groups: ['one'] });
    expect(await gateway.call(gateway.admin, 'GET', '/user')).toMatchObject({ status: 200 });
  });

  it('are separate from the issuer’s users, who get no token even if an account has their email', async () => {
    const token = await issuer.token(person());
    const refused = await ask(token, 'POST', '/token', {});
    expect(refused).toMatchObject({ status: 409 });
    expect(refused.json<{ hint: string }>().hint).toContain('service account');
    await gateway.createUser('twin', ['proctor_admin']);
    const twin = await issuer.token(person({ email: 'twin@example.com', groups: [] }));
    expect((await ask(twin)).json()).toMatchObject({ is_admin: false });
    expect(await ask(twin, 'POST', '/token', {})).toMatchObject({ status: 409 });
  });
});

describe('an issuer that is down from the start', () => {
  it('is an outage for its own users only, and recovers soon', async () => {
    const away = await LocalIssuer.start();
    away.goDown();
    const other = await startTestGateway({ env: envFor(away) });
    try {
      const token = await away.token(person());
      const refused = await ask(token, 'GET', '/whoami', undefined, other);
      expect(refused).toMatchObject({ status: 503, type: 'application/problem+json' });
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
      expect(await other.call(null, 'POST', '/auth/device')).toMatchObject({ status: 503 });
      expect(await other.call(other.admin, 'GET', '/whoami')).toMatchObject({ status: 200 });
      expect(other.log()).not.toContain(token);
      away.comeBack();
      await sleep(1_500);
      expect(await ask(token, 'GET', '/whoami', undefined, other)).toMatchObject({ status: 200 });
    } finally {
      await other.remove();
      await away.close();
    }
  }, 30_000);
});

describe('without an issuer', () => {
  let plain: TestGateway;
  beforeAll(async () => {
    const limits = { PROCTOR_FAILED_LOGINS_PER_ADDRESS: '5', PROCTOR_FAILED_LOGINS_PER_IDENTITY: '8' };
    // So that a test can use many addresses.
    plain = await startTestGateway({ env: { ...limits, PROCTOR_TRUST_PROXY: '1' } });
  }, 30_000);
  afterAll(() => plain.remove(), 30_000);

  const from = (address: string, who: Identity) =>
    plain.call(who, 'GET', '/whoami', { headers: { 'X-Forwarded-For': address } });
  const tokenOf = async ({ email }: Identity) =>
    (await plain.call(plain.admin, 'POST', '/token', { body: { email } })).json<{ token: string }>().token;
  const guess = ({ email }: Pick<Identity, 'email'>, n: number) => ({ email, token: `guess ${n}` });

  it('refuses the device flow and names the alternative', async () => {
    expect((await plain.call(null, 'GET', '/auth')).json()).toEqual({ plugin: 'postgres', sign_in: 'token' });
    const bodies = {
      '/auth/device': {},
      '/auth/device/token': { device_code: 'x' },
      '/auth/refresh': { refresh_token: 'x' },
    };
    for (const [path, body] of Object.entries(bodies)) {
      const answer = await plain.call(null, 'POST', path, { body });
      expect(answer).toMatchObject({ status: 404, text: expect.stringContaining('access token') });
    }
  });

  it('refuses an address after too many failures, but no other, and no right credentials', async () => {
    const ada = await plain.createUser('ada', []);
    const bob = await plain.createUser('bob', []);
    const here = '198.51.100.1';
    expect(await from(here, ada)).toMatchObject({ status: 200 });
    const guesses = await Promise.all(
      Array.from({ length: 20 }, (_, n) => from(here, guess({ email: 'x@y.z' }, n))),
    );
    expect(guesses.filter(({ status }) => status === 401)).toHaveLength(5);
    const refused = guesses.find(({ status }) => status === 429)!;
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(refused.text).toContain('Wait');
    expect(guesses.filter(({ status }) => status === 429)).toHaveLength(15);
    expect(await from(here, bob)).toMatchObject({ status: 200 });
    expect(await from('198.51.100.2', guess(bob, 1))).toMatchObject({ status: 401 });
    expect(await from(here, ada)).toMatchObject({ status: 200 });
  }, 20_000);

  it('answers right credentials that it never saw in the middle of a flood of guesses', async () => {
    const [eve, guesses] = [await plain.createUser('eve', []), 40];
    const asked = Array.from({ length: guesses }, (_, n) => from('198.51.100.9', guess(eve, n)));
    const inTheMiddle = from('198.51.100.9', eve);
    asked.push(...Array.from({ length: guesses }, (_, n) => from('198.51.100.9', guess(eve, guesses + n))));
    expect(await inTheMiddle).toMatchObject({ status: 200 });
    const answers = await Promise.all(asked);
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(5);
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(2 * guesses - 5);
  }, 60_000);

  it('protects an identity against many addresses, without locking it out', async () => {
    const carol = await plain.createUser('carol', []);
    const dan = await plain.createUser('dan', []);
    expect(await from('203.0.113.200', carol)).toMatchObject({ status: 200 });
    for (let n = 0; n < 8; n++)
      expect(await from(`203.0.113.${n}`, guess(carol, n))).toMatchObject({ status: 401 });
    expect(await from('203.0.113.99', guess(carol, 99))).toMatchObject({ status: 429 });
    expect(await from('203.0.113.99', guess(dan, 99))).toMatchObject({ status: 401 });
    expect(await from('203.0.113.98', carol)).toMatchObject({ status: 200 });
    const other = { ...carol, token: await tokenOf(carol) };
    // Neither this token nor the address was seen before.
    expect(await from('203.0.113.97', other)).toMatchObject({ status: 200 });
  });

  it('limits WebSockets too', async () => {
    const address = '192.0.2.77';
    const watch = (n: number) =>
      plain.watch({ email: 'w@x.y', token: `guess ${n}` }, 1, { headers: { 'X-Forwarded-For': address } })
        .ended;
    for (let n = 0; n < 5; n++) expect(await watch(n)).toMatchObject({ status: 401 });
    expect(await watch(5)).toMatchObject({ status: 429 });
  });

  it('does not count requests without credentials', async () => {
    const headers = { 'X-Forwarded-For': '192.0.2.88' };
    for (let n = 0; n < 7; n++)
      expect(await plain.call(null, 'GET', '/whoami', { headers })).toMatchObject({ status: 401 });
  });
});
