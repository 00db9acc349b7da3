import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { LocalAnswer } from '../testing/local-server.js';
import { Outbound, readOutboundSettings } from '@app/outbound';
import { LocalIssuer } from '../testing/local-issuer.js';
import { OidcPlugin } from './oidc-plugin.js';
import { readOidcSettings } from './oidc-settings.js';

const outbound = new Outbound(readOutboundSettings({}).settings);
const ADA = { email: 'ada@example.com', name: 'Ada', groups: ['ops'] };
const SECRET = 'hunter2 /+%:ü';

function pluginFor(
  issuer: LocalIssuer,
  { env = {}, timeoutMs }: { env?: Record<string, string>; timeoutMs?: number } = {},
): OidcPlugin {
  const { settings } = readOidcSettings({ ...issuer.env(), ...env });
  if (!settings) throw new Error('The settings of the local issuer are wrong.');
  return new OidcPlugin(settings, { outbound, timeoutMs });
}

describe('OidcDeviceFlow', () => {
  let issuer: LocalIssuer;
  let plugin: OidcPlugin;
  beforeEach(async () => {
    issuer = await LocalIssuer.start({ clientSecret: SECRET });
    plugin = pluginFor(issuer);
  });
  afterEach(() => issuer.close());

  it('starts a sign-in', async () => {
    const signIn = await plugin.deviceFlow.start();
    expect(signIn).toMatchObject({ expiresInSeconds: 300, intervalSeconds: 1 });
    expect(signIn.verificationUri).toBe(`${issuer.url}/device`);
    expect(signIn.verificationUriComplete).toContain(signIn.userCode);
    expect(issuer.requests().at(-1)?.form.get('scope')).toBe('openid email profile groups offline_access');
  });

  it('signs in, once, and refreshes', async () => {
    const { deviceFlow } = plugin;
    const { deviceCode, userCode } = await deviceFlow.start();
    expect(await deviceFlow.poll(deviceCode)).toEqual({ kind: 'pending' });
    issuer.devices.slowDown(userCode);
    expect(await deviceFlow.poll(deviceCode)).toEqual({ kind: 'slow_down' });
    issuer.devices.approve(userCode, ADA);
    const signedIn = await deviceFlow.poll(deviceCode);
    if (signedIn.kind !== 'signed_in') throw new Error(`It is ${signedIn.kind}.`);
    expect(await plugin.auth(null, signedIn.token)).toMatchObject({ ...ADA, active: true });
    // Of the ID token, not of the access token that came with it.
    expect(signedIn.expiresInSeconds).toBeGreaterThan(290);
    expect(await deviceFlow.poll(deviceCode)).toEqual({ kind: 'expired' });

    const refreshToken = signedIn.refreshToken ?? '';
    const refreshed = await deviceFlow.refresh(refreshToken);
    if (refreshed.kind !== 'signed_in') throw new Error(`It is ${refreshed.kind}.`);
    expect(await plugin.auth(ADA.email, refreshed.token)).toMatchObject({ ...ADA, active: true });
    expect(refreshed.refreshToken).not.toBe(refreshToken);
    expect(await deviceFlow.refresh(refreshToken)).toEqual({ kind: 'denied' });
    issuer.devices.forgetRefreshTokens();
    expect(await deviceFlow.refresh(refreshed.refreshToken ?? '')).toEqual({ kind: 'denied' });
  });

  it('reports that the person declined, and that the sign-in expired', async () => {
    const { deviceFlow } = plugin;
    const one = await deviceFlow.start();
    issuer.devices.deny(one.userCode);
    expect(await deviceFlow.poll(one.deviceCode)).toEqual({ kind: 'denied' });
    const other = await deviceFlow.start();
    issuer.devices.expire(other.userCode);
    expect(await deviceFlow.poll(other.deviceCode)).toEqual({ kind: 'expired' });
  });

  it('makes no request for impossible codes', async () => {
    for (const code of ['', 'x'.repeat(16_385)]) {
      expect(await plugin.deviceFlow.poll(code)).toEqual({ kind: 'expired' });
      expect(await plugin.deviceFlow.refresh(code)).toEqual({ kind: 'denied' });
    }
    expect(issuer.requests()).toEqual([]);
  });

  it('sends its secret in the way the issuer supports', async () => {
    await plugin.deviceFlow.start();
    expect(issuer.requests().at(-1)?.headers.authorization).toMatch(/^Basic /);
    issuer.documentChanges = { token_endpoint_auth_methods_supported: ['client_secret_post'] };
    await pluginFor(issuer).deviceFlow.start();
    expect(issuer.requests().at(-1)?.form.get('client_secret')).toBe(SECRET);
  });

  it('needs no secret as a public client', async () => {
    const open = await LocalIssuer.start();
    try {
      expect((await pluginFor(open).deviceFlow.start()).userCode).not.toBe('');
    } finally {
      await open.close();
    }
  });

  it('tells the operator why it fails, without the secret', async () => {
    const error: unknown = await pluginFor(issuer, { env: { PROCTOR_OIDC_CLIENT_SECRET: 'hunter3' } })
      .deviceFlow.start()
      .catch((err: unknown) => err);
    expect(error).toMatchObject({ code: 'unavailable' });
    expect(inspect(error)).toContain('status 401 and the error invalid_client');
    expect(inspect(error)).not.toContain('hunter3');
  });

  it.each<['cut' | 'hang', number | undefined]>([
    ['cut', undefined],
    ['hang', 100],
  ])('is unavailable while the issuer is away (%s)', async (outage, timeoutMs) => {
    issuer.goDown(outage);
    const { deviceFlow } = pluginFor(issuer, { timeoutMs });
    await expect(deviceFlow.start()).rejects.toMatchObject({ code: 'unavailable' });
    await expect(deviceFlow.poll('some')).rejects.toMatchObject({ code: 'unavailable' });
    await expect(deviceFlow.refresh('some')).rejects.toMatchObject({ code: 'unavailable' });
  });

  it('is unavailable when the issuer goes down mid-flow', async () => {
    const { deviceCode } = await plugin.deviceFlow.start();
    issuer.goDown();
    await expect(plugin.deviceFlow.poll(deviceCode)).rejects.toMatchObject({ code: 'unavailable' });
    issuer.comeBack();
    expect(await plugin.deviceFlow.poll(deviceCode)).toEqual({ kind: 'pending' });
  });

  it.each([undefined, 'http://evil.example.com/device', 'file:///etc/passwd'])(
    'does not go to the device endpoint %s',
    async (url) => {
      issuer.documentChanges = { device_authorization_endpoint: url };
      await expect(plugin.deviceFlow.start()).rejects.toMatchObject({ code: 'unavailable' });
    },
  );

  it.each<[string, LocalAnswer]>([
    ['no code', { status: 200, body: {} }],
    ['a redirect', { status: 302, headers: { location: '/elsewhere' } }],
    ['a page', { status: 200, body: '<html>' }],
    [
      'a page that people should not open',
      { status: 200, body: { device_code: 'a', user_code: 'b', verification_uri: 'javascript:alert(1)' } },
    ],
    ['a huge answer', { status: 200, body: `"${'x'.repeat(300_000)}"` }],
  ])('is unavailable if a sign-in begins with %s', async (_what, answer) => {
    issuer.answers.set('/device-authorization', answer);
    await expect(plugin.deviceFlow.start()).rejects.toMatchObject({ code: 'unavailable' });
  });
});
