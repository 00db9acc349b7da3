import { inspect } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Outbound, readOutboundSettings } from '@app/outbound';
import { describeAuthPlugin } from '../testing/auth-plugin-conformance.js';
import { type GateProfile, LocalGate } from '../testing/local-gate.js';
import type { LocalAnswer } from '../testing/local-server.js';
import { GatePlugin } from './gate-plugin.js';
import { readGateSettings } from './gate-settings.js';

const outbound = new Outbound(readOutboundSettings({}).settings);
const ADA: GateProfile = {
  email: 'ada@example.com',
  name: 'Ada',
  active: true,
  groups: [
    { id: 1, name: 'ops' },
    { id: 2, name: 'data' },
  ],
};
const USER = { email: 'ada@example.com', name: 'Ada', active: true, groups: ['ops', 'data'] };
const TOKEN = 'tok/en +&=%';

function pluginFor(gate: LocalGate, timeoutMs?: number): GatePlugin {
  const { settings } = readGateSettings(gate.env());
  if (!settings) throw new Error('The settings of the local Gate are wrong.');
  return new GatePlugin(settings, { outbound, timeoutMs });
}

describeAuthPlugin('GatePlugin', async () => {
  const gate = await LocalGate.start();
  gate.know('good', ADA);
  gate.know('off', { ...ADA, email: 'bob@example.com', active: false });
  return {
    plugin: pluginFor(gate),
    known: { user: USER, token: 'good' },
    inactive: { user: { ...USER, email: 'bob@example.com', active: false }, token: 'off' },
    staleToken: 'revoked',
    takesBearer: false,
    ignoresCaseOfEmail: true,
    goDown: () => gate.goDown(),
    comeBack: () => gate.comeBack(),
    close: () => gate.close(),
  };
});

describe('GatePlugin', () => {
  let gate: LocalGate;
  let plugin: GatePlugin;
  beforeAll(async () => {
    gate = await LocalGate.start();
    gate.know(TOKEN, ADA);
    plugin = pluginFor(gate);
  });
  beforeEach(() => {
    gate.planned = null;
    gate.comeBack();
  });
  afterAll(() => gate.close());

  const auth = () => plugin.auth(ADA.email, TOKEN);
  const failure = () => auth().catch((err: unknown) => err);

  it('sends the same request as v2', async () => {
    expect(await auth()).toEqual(USER);
    const request = gate.requests.at(-1);
    expect(request).toMatchObject({ method: 'GET', path: '/api/v1/users/profile' });
    expect(request?.headers.accept).toBe('application/json');
    expect([...(request?.query ?? [])]).toEqual([
      ['email', ADA.email],
      ['access_token', TOKEN],
    ]);
  });

  it('makes no request for a bearer token or a token too long for a URL', async () => {
    const before = gate.requests.length;
    expect(await plugin.auth(null, TOKEN)).toBeNull();
    expect(await plugin.auth(ADA.email, 'x'.repeat(4_097))).toBeNull();
    expect(gate.requests).toHaveLength(before);
  });

  it.each([401, 403, 404])('treats status %d as unknown', async (status) => {
    gate.planned = { status, body: ADA };
    expect(await auth()).toBeNull();
  });

  it.each<[string, LocalAnswer, string]>([
    ['another success', { status: 203, body: ADA }, ''],
    ['a profile without groups', { status: 200, body: { ...ADA, groups: null } }, ''],
  ])('takes %s', async (_what, planned) => {
    gate.planned = planned;
    expect(await auth()).toMatchObject({ email: ADA.email, active: true });
  });

  it('treats a user without an active flag as inactive', async () => {
    gate.planned = { status: 200, body: { email: ADA.email } };
    expect(await auth()).toEqual({ email: ADA.email, name: '', active: false, groups: [] });
  });

  it("rejects another user's profile", async () => {
    gate.planned = { status: 200, body: { ...ADA, email: 'eve@example.com' } };
    expect(await auth()).toBeNull();
  });

  it.each<[string, LocalAnswer, string]>([
    ['an error', { status: 500, body: ADA }, 'answered with status 500'],
    ['a refusal for another reason', { status: 429 }, 'answered with status 429'],
    ['a redirect', { status: 302, headers: { location: '/login' } }, 'answered with status 302'],
    ['nothing', { status: 204 }, 'it is not a JSON object'],
    ['a page', { status: 200, body: '<html>' }, 'it is not a JSON object'],
    ['a list', { status: 200, body: [ADA] }, 'it is not a JSON object'],
    ['no email', { status: 200, body: { ...ADA, email: null } }, '"email" is not'],
    ['a strange active', { status: 200, body: { ...ADA, active: 1 } }, '"active" is not'],
    ['strange groups', { status: 200, body: { ...ADA, groups: 'ops' } }, '"groups" is not'],
    ['groups without names', { status: 200, body: { ...ADA, groups: [{ id: 1 }] } }, '"groups" is not'],
    ['a huge answer', { status: 200, body: `"${'x'.repeat(1_100_000)}"` }, 'larger than 1048576 bytes'],
  ])('is unavailable after %s', async (_what, planned, reason) => {
    gate.planned = planned;
    const error = await failure();
    expect(error).toMatchObject({ code: 'unavailable' });
    const shown = inspect(error, { depth: 10 });
    expect(shown).toContain(reason);
    expect(shown).not.toContain(TOKEN);
    expect(shown).not.toContain('access_token');
  });

  it('respects its time limit', async () => {
    gate.goDown('hang');
    const answer = pluginFor(gate, 100).auth(ADA.email, TOKEN);
    expect(inspect(await answer.catch((err: unknown) => err), { depth: 10 })).toContain(
      'no answer within 0.1 s',
    );
  });
});
