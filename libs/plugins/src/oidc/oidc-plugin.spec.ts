import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Outbound, readOutboundSettings } from '@app/outbound';
import { describeAuthPlugin } from '../testing/auth-plugin-conformance.js';
import { LocalIssuer } from '../testing/local-issuer.js';
import { OidcPlugin } from './oidc-plugin.js';
import { readOidcSettings } from './oidc-settings.js';

const outbound = new Outbound(readOutboundSettings({}).settings);
const ADA = { email: 'ada@example.com', name: 'Ada', groups: ['ops', 'data'] };
const USER = { ...ADA, active: true };
const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const WEEK_SECONDS = 7 * 24 * 60 * 60;

function pluginFor(
  issuer: LocalIssuer,
  now: () => number,
  { env = {}, timeoutMs }: { env?: Record<string, string>; timeoutMs?: number } = {},
) {
  const { settings } = readOidcSettings({ ...issuer.env(), ...env });
  if (!settings) throw new Error('The settings of the local issuer are wrong.');
  const reasons: string[] = [];
  const note = (fields: object) => void reasons.push(inspect(fields));
  const plugin = new OidcPlugin(settings, { outbound, now, timeoutMs, log: { debug: note, warn: note } });
  return { plugin, reasons };
}

describeAuthPlugin('OidcPlugin', async () => {
  let nowMs = Date.now();
  const now = () => nowMs;
  const issuer = await LocalIssuer.start({ now });
  const nowSeconds = Math.floor(nowMs / SECOND_MS);
  return {
    plugin: pluginFor(issuer, now).plugin,
    known: { user: USER, token: await issuer.token({ ...ADA, exp: nowSeconds + WEEK_SECONDS }) },
    inactive: null,
    staleToken: await issuer.token({ ...ADA, exp: nowSeconds - 31 }),
    takesBearer: true,
    ignoresCaseOfEmail: true,
    goDown: () => {
      issuer.goDown();
      nowMs += 25 * HOUR_MS;
    },
    comeBack: () => {
      issuer.comeBack();
      nowMs += 11 * SECOND_MS;
    },
    close: () => issuer.close(),
  };
});

describe('OidcPlugin', () => {
  let nowMs: number;
  const now = () => nowMs;
  let issuer: LocalIssuer;
  let plugin: OidcPlugin;
  let reasons: string[];
  beforeEach(async () => {
    nowMs = Date.now();
    issuer = await LocalIssuer.start({ now });
    ({ plugin, reasons } = pluginFor(issuer, now));
  });
  afterEach(() => issuer.close());

  const nowSeconds = () => Math.floor(nowMs / SECOND_MS);
  const failureOf = (token: string) => plugin.auth(null, token).catch((err: unknown) => err);

  it('says until when it accepts a token, which is how long a stream of its owner may last', async () => {
    const exp = nowSeconds() + 600;
    const accepted = await plugin.auth(null, await issuer.token({ ...ADA, exp }));
    const acceptedUntil = accepted?.acceptedUntil?.getTime() ?? 0;
    const token = await issuer.token({ ...ADA, exp });
    nowMs = acceptedUntil - SECOND_MS;
    expect(await plugin.auth(null, token)).toMatchObject(USER);
    nowMs = acceptedUntil;
    expect(await plugin.auth(null, token)).toBeNull();
  });

  it("accepts the issuer's token and contacts the issuer only once", async () => {
    expect(await plugin.auth(null, await issuer.token(ADA))).toMatchObject(USER);
    expect(await plugin.auth(ADA.email, await issuer.token(ADA))).toMatchObject(USER);
    expect([issuer.documentFetches(), issuer.keyFetches()]).toEqual([1, 1]);
  });

  it.each(['RS256', 'PS384', 'ES256', 'ES384', 'ES512', 'EdDSA'])(
    'takes tokens signed with %s',
    async (alg) => {
      await issuer.rotateKeys(alg);
      expect(await plugin.auth(null, await issuer.token(ADA))).toMatchObject(USER);
    },
  );

  it.each<[string, () => Record<string, unknown>, string]>([
    ['expired', () => ({ exp: nowSeconds() - 31 }), 'exp'],
    ['without an expiry', () => ({ exp: undefined }), 'exp'],
    ['with an expiry that is no number', () => ({ exp: 'tomorrow' }), 'exp'],
    ['not good yet', () => ({ nbf: nowSeconds() + 60 }), 'nbf'],
    ['issued in the future', () => ({ iat: nowSeconds() + 60 }), 'issued in the future'],
    ['from another issuer', () => ({ iss: 'https://evil.example.com' }), 'another issuer'],
    ['from an issuer with a longer name', () => ({ iss: `${issuer.url}/` }), 'another issuer'],
    ['without an issuer', () => ({ iss: undefined }), 'another issuer'],
    ['for another audience', () => ({ aud: 'somebody-else' }), 'another audience'],
    ['for other audiences', () => ({ aud: ['a', 'b'] }), 'another audience'],
    ['without an audience', () => ({ aud: undefined }), 'another audience'],
    ['with an email that is not verified', () => ({ email_verified: false }), 'not verified'],
    ['without an email', () => ({ email: undefined }), 'no claim email'],
  ])('refuses a token that is %s', async (_what, changes, reason) => {
    expect(await plugin.auth(null, await issuer.token({ ...ADA, ...changes() }))).toBeNull();
    expect(reasons.join()).toContain(reason);
  });

  it('allows for clocks that differ by less than half a minute', async () => {
    const changes = { exp: nowSeconds() - 25, iat: nowSeconds() + 25, nbf: nowSeconds() + 25 };
    expect(await plugin.auth(null, await issuer.token({ ...ADA, ...changes }))).toMatchObject(USER);
  });

  it('accepts a token with several audiences that include us', async () => {
    expect(await plugin.auth(null, await issuer.token({ ...ADA, aud: ['other', 'proctor'] }))).toMatchObject(
      USER,
    );
  });

  it('accepts tokens for the configured audience and for the client itself', async () => {
    const { plugin: forApi } = pluginFor(issuer, now, { env: { PROCTOR_OIDC_AUDIENCE: 'api://proctor' } });
    expect(await forApi.auth(null, await issuer.token({ ...ADA, aud: 'api://proctor' }))).toMatchObject(USER);
    expect(await forApi.auth(null, await issuer.token(ADA))).toMatchObject(USER);
    expect(await forApi.auth(null, await issuer.token({ ...ADA, aud: 'api://other' }))).toBeNull();
  });

  it('rejects a token that does not belong to the email in the header', async () => {
    expect(await plugin.auth('eve@example.com', await issuer.token(ADA))).toBeNull();
    expect(reasons.join()).toContain('another user');
  });

  it('rejects forgeable tokens', async () => {
    await issuer.rotateKeys('RS256');
    expect(await plugin.auth(null, await issuer.token(ADA))).toMatchObject(USER);
    const claims = issuer.claims(ADA);
    expect(await plugin.auth(null, issuer.mint.leaveUnsigned(claims))).toBeNull();
    expect(await plugin.auth(null, await issuer.mint.signWithPublicKey(claims))).toBeNull();
    expect(await plugin.auth(null, await issuer.mint.forge(claims))).toBeNull();
    const [header, , signature] = (await issuer.token(ADA)).split('.');
    const others = Buffer.from(JSON.stringify({ ...claims, email: 'eve@example.com' })).toString('base64url');
    expect(await plugin.auth(null, `${header}.${others}.${signature}`)).toBeNull();
  });

  it('rejects a token with a critical extension', async () => {
    const header = { crit: ['exp'], exp: 1 };
    await expect(issuer.token(ADA, { header })).rejects.toThrow();
    const [, body, signature] = (await issuer.token(ADA)).split('.');
    const demanding = Buffer.from(JSON.stringify({ alg: 'ES256', kid: 'key-1', ...header })).toString(
      'base64url',
    );
    expect(await plugin.auth(null, `${demanding}.${body}.${signature}`)).toBeNull();
  });

  it('makes no request for text that cannot be a token of the issuer', async () => {
    const tokens = ['x', 'a.b', 'a.b.c.d.e', 'e30.e30.e30', await issuer.token({ ...ADA, aud: 'other' })];
    for (const token of tokens) expect(await plugin.auth(null, token)).toBeNull();
    expect(await plugin.auth(null, await issuer.token({ ...ADA, filler: 'x'.repeat(16_384) }))).toBeNull();
    expect(issuer.requests()).toEqual([]);
  });

  describe('when keys change', () => {
    beforeEach(async () => {
      await plugin.auth(null, await issuer.token(ADA));
      nowMs += 11 * SECOND_MS;
    });

    it('accepts a token signed with a new key at once', async () => {
      await issuer.rotateKeys();
      expect(await plugin.auth(null, await issuer.token(ADA))).toMatchObject(USER);
      expect(issuer.keyFetches()).toBe(2);
    });

    it('accepts a token that does not name its new key', async () => {
      await issuer.rotateKeys();
      expect(await plugin.auth(null, await issuer.token(ADA, { header: { kid: undefined } }))).toMatchObject(
        USER,
      );
    });

    it('rejects tokens of a withdrawn key after at most ten minutes', async () => {
      const old = await issuer.token(ADA, {});
      await issuer.rotateKeys();
      nowMs += 10 * MINUTE_MS;
      const token = await issuer.token(ADA);
      expect(await plugin.auth(null, token)).toMatchObject(USER);
      expect(await plugin.auth(null, old)).toBeNull();
    });

    it('fetches keys once for a flood of unknown key ids', async () => {
      const before = issuer.keyFetches();
      const flood = Array.from({ length: 200 }, async (_, n) => {
        const token = await issuer.token(ADA, { header: { kid: `random-${n}` } });
        return await plugin.auth(null, token);
      });
      expect(await Promise.all(flood)).toEqual(Array(200).fill(null));
      expect(issuer.keyFetches()).toBe(before + 1);
      expect(await plugin.auth(null, await issuer.token(ADA))).toMatchObject(USER);
    });
  });

  describe('while the issuer is down', () => {
    it.each<['cut' | 'hang', number | undefined]>([
      ['cut', undefined],
      ['hang', 100],
    ])('says so if it has no keys yet (%s)', async (outage, timeoutMs) => {
      const token = await issuer.token(ADA);
      issuer.goDown(outage);
      const answer = pluginFor(issuer, now, { timeoutMs }).plugin.auth(null, token);
      const error = await answer.catch((err: unknown) => err);
      expect(error).toMatchObject({ code: 'unavailable' });
      expect(inspect(error, { depth: 10 })).not.toContain(token);
    });

    it('works again as soon as the issuer is back', async () => {
      const token = await issuer.token(ADA);
      issuer.goDown();
      expect(await failureOf(token)).toMatchObject({ code: 'unavailable' });
      issuer.comeBack();
      nowMs += 1 * SECOND_MS;
      expect(await plugin.auth(null, token)).toMatchObject(USER);
    });

    it('keeps using its keys for a day', async () => {
      const token = await issuer.token({ ...ADA, exp: nowSeconds() + WEEK_SECONDS });
      await plugin.auth(null, token);
      issuer.goDown();
      nowMs += 23 * HOUR_MS;
      expect(await plugin.auth(null, token)).toMatchObject(USER);
      expect(await plugin.auth(null, await issuer.mint.forge(issuer.claims(ADA)))).toBeNull();
      nowMs += 1 * HOUR_MS;
      expect(await failureOf(token)).toMatchObject({ code: 'unavailable' });
    });

    it('is unavailable for tokens of an unknown key', async () => {
      await plugin.auth(null, await issuer.token(ADA));
      nowMs += 11 * SECOND_MS;
      await issuer.rotateKeys();
      issuer.goDown();
      expect(await failureOf(await issuer.token(ADA))).toMatchObject({ code: 'unavailable' });
    });
  });

  it.each<[string, () => void, string]>([
    [
      'another issuer',
      () => (issuer.documentChanges = { issuer: 'https://evil.example.com' }),
      'evil.example.com',
    ],
    ['no address of keys', () => (issuer.documentChanges = { jwks_uri: undefined }), 'jwks_uri'],
    ['keys over plain http', () => (issuer.documentChanges = { jwks_uri: 'http://x.y/keys' }), 'jwks_uri'],
    ['an error for keys', () => issuer.answers.set('/keys', { status: 500 }), 'status 500'],
    [
      'a page for keys',
      () => issuer.answers.set('/keys', { status: 200, body: '<html>' }),
      'not return a JSON object',
    ],
    [
      'no keys',
      () => issuer.answers.set('/keys', { status: 200, body: { keys: 'none' } }),
      'not return a key set',
    ],
    [
      'a redirect',
      () => issuer.answers.set('/keys', { status: 302, headers: { location: '/elsewhere' } }),
      'status 302',
    ],
  ])('is unavailable if the issuer gives %s', async (_what, plan, reason) => {
    plan();
    const error = await failureOf(await issuer.token(ADA));
    expect(error).toMatchObject({ code: 'unavailable' });
    expect(inspect(error, { depth: 10 })).toContain(reason);
  });

  it('rejects every token if the issuer has no keys', async () => {
    issuer.answers.set('/keys', { status: 200, body: { keys: [] } });
    expect(await plugin.auth(null, await issuer.token(ADA))).toBeNull();
  });
});
