import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { LocalGate } from '../../libs/plugins/src/testing/index.js';
import { startTestGateway, type Identity, type TestGateway } from '../support/gateway.js';
import { tempDir } from '../support/servers.js';
import { startService } from '../support/service-process.js';

const folder = tempDir();
afterAll(() => folder.remove());

function write(name: string, source: string): string {
  const path = join(folder.path, name);
  writeFileSync(path, source);
  return path;
}

/** All that a gateway needs; it does not get as far as connecting. */
const REQUIRED_ENV = {
  PROCTOR_POSTGRES_USER: 'u',
  PROCTOR_POSTGRES_HOST: '127.0.0.1',
  PROCTOR_POSTGRES_DATABASE: 'd',
  PROCTOR_REDIS_ADDRESS: '127.0.0.1:1',
  PROCTOR_SECRET_KEY: 'ab'.repeat(32),
};

describe('the plugin gate', () => {
  let gate: LocalGate;
  let gateway: TestGateway;
  const ada: Identity = { email: 'ada@example.com', token: 'the token of ada' };
  beforeAll(async () => {
    gate = await LocalGate.start();
    gateway = await startTestGateway({
      env: { ...(gate.env() as Record<string, string>), PROCTOR_AUTH_PLUGIN_BINARY: 'gate' },
    });
    const groups = ['one', 'proctor_admin'].map((name, id) => ({ id, name }));
    gate.know(ada.token, { email: ada.email, name: 'Ada', active: true, groups });
  }, 60_000);
  afterAll(async () => {
    await gateway.remove();
    await gate.close();
  }, 30_000);

  it('accepts the server’s users, with their groups', async () => {
    expect((await gateway.call(ada, 'GET', '/whoami')).json()).toEqual({
      ...{ email: ada.email, name: 'Ada', groups: ['one', 'proctor_admin'] },
      ...{ is_admin: true, scope: 'admin' },
    });
    expect((await gateway.call(null, 'GET', '/auth')).json()).toEqual({ plugin: 'gate', sign_in: 'token' });
  });

  it('asks the server once for several requests in a row', async () => {
    await gateway.call(ada, 'GET', '/whoami');
    const before = gate.requests.length;
    for (let n = 0; n < 5; n++) await gateway.call(ada, 'GET', '/whoami');
    expect(gate.requests.length - before).toBeLessThanOrEqual(1);
  });

  it.each([
    ['an unknown token', { ...ada, token: 'guessed' }],
    ["another user's token", { ...ada, email: 'bob@example.com' }],
  ])('refuses %s', async (_kind, who) => {
    expect(await gateway.call(who, 'GET', '/whoami')).toMatchObject({ status: 401 });
  });

  it('has one user, however the server writes the email', async () => {
    await gateway.call(ada, 'GET', '/whoami');
    const names = { proc: 'spelled', group: 'one' };
    const metadata = [{ name: names.proc, image_name: 'proctor/s:1', authorized_groups: ['nobody'] }];
    expect(await gateway.call(ada, 'POST', '/metadata', { body: metadata })).toMatchObject({ status: 201 });
    const made = await gateway.call(ada, 'POST', '/execution', { body: { name: names.proc, args: {} } });
    const { id } = made.json<{ id: number }>();
    gate.know('other', { email: 'ADA@Example.com', name: 'Ada', active: true, groups: [] });
    for (const email of ['ada@example.com', 'Ada@example.COM']) {
      const who = { email, token: 'other' };
      expect((await gateway.call(who, 'GET', '/whoami')).json()).toMatchObject({ email: ada.email });
      expect(await gateway.call(who, 'GET', `/execution/${id}`)).toMatchObject({ status: 200 });
      const listed = (await gateway.call(who, 'GET', '/execution')).json<{ executions: object[] }>();
      expect(listed.executions).toMatchObject([{ id }]);
    }
    const signIns = await gateway.query(`select email, groups from sign_in where email ilike $1`, [
      ada.email,
    ]);
    expect(signIns).toEqual([{ email: ada.email, groups: [] }]);
  });

  it('refuses the users of a closed account in any case', async () => {
    await gateway.call(ada, 'POST', '/user', { body: { email: 'Robot@example.com', service: true } });
    gate.know('robot', { email: 'ROBOT@example.com', name: '', active: true, groups: [] });
    const who = { email: 'robot@example.com', token: 'robot' };
    expect(await gateway.call(who, 'GET', '/whoami')).toMatchObject({ status: 401 });
  });

  it('refuses a user who is inactive there', async () => {
    gate.know('off', { email: 'off@example.com', name: '', active: false, groups: [] });
    const who = { email: 'off@example.com', token: 'off' };
    expect(await gateway.call(who, 'GET', '/whoami')).toMatchObject({ status: 401 });
  });

  it('accepts Proctor’s service accounts and admins too, whether or not the server is up', async () => {
    const email = 'robot@example.com';
    await gateway.call(ada, 'POST', '/user', { body: { email, service: true } });
    const made = await gateway.call(ada, 'POST', '/token', { body: { email } });
    const robot = { email, token: made.json<{ token: string }>().token };
    gate.goDown();
    try {
      expect(await gateway.call(robot, 'GET', '/whoami')).toMatchObject({ status: 200 });
      expect(await gateway.call(gateway.admin, 'GET', '/user')).toMatchObject({ status: 200 });
      const newcomer = { email: 'new@example.com', token: 'secret of a newcomer' };
      const refused = await gateway.call(newcomer, 'GET', '/whoami');
      expect(refused).toMatchObject({ status: 503 });
      expect(refused.headers.get('retry-after')).toBe('2');
      expect(gateway.log()).not.toContain(newcomer.token);
      expect(gateway.log()).not.toContain(encodeURIComponent(newcomer.token));
      gate.know(newcomer.token, { email: newcomer.email, name: '', active: true, groups: [] });
      gate.comeBack();
      expect(await gateway.call(newcomer, 'GET', '/whoami')).toMatchObject({ status: 200 });
    } finally {
      gate.comeBack();
    }
  });

  it('refuses a user with the email of a service account', async () => {
    const email = 'pipeline@example.com';
    await gateway.call(gateway.admin, 'POST', '/user', { body: { email, service: true } });
    gate.know('of mallory', { email, name: '', active: true, groups: [] });
    const mallory = { email, token: 'of mallory' };
    expect(await gateway.call(mallory, 'GET', '/token')).toMatchObject({ status: 401 });
    await gateway.call(gateway.admin, 'DELETE', `/user/${email}`);
    expect(await gateway.call(mallory, 'GET', '/token')).toMatchObject({ status: 200 });
  });

  it('refuses a user whose account is disabled in Proctor', async () => {
    const bob = { email: 'bob-is-gone@example.com', token: 'of bob' };
    gate.know(bob.token, { email: bob.email, name: '', active: true, groups: [] });
    await gateway.call(gateway.admin, 'POST', '/user', { body: { email: bob.email } });
    expect(await gateway.call(bob, 'GET', '/whoami')).toMatchObject({ status: 200 });
    await gateway.call(gateway.admin, 'PATCH', `/user/${bob.email}`, { body: { active: false } });
    expect(await gateway.call(bob, 'GET', '/whoami')).toMatchObject({ status: 401 });
  });

  it('caches the server’s users for seconds', async () => {
    const eve = { email: 'eve@example.com', token: 'eve' };
    gate.know(eve.token, { email: eve.email, name: '', active: true, groups: [] });
    expect(await gateway.call(eve, 'GET', '/whoami')).toMatchObject({ status: 200 });
    gate.goDown();
    try {
      expect(await gateway.call(eve, 'GET', '/whoami')).toMatchObject({ status: 200 });
      await sleep(5_100);
      expect(await gateway.call(eve, 'GET', '/whoami')).toMatchObject({ status: 503 });
    } finally {
      gate.comeBack();
    }
  }, 20_000);

  it('issues no Proctor tokens to users of Gate', async () => {
    const answer = await gateway.call(ada, 'POST', '/token', { body: {} });
    expect(answer).toMatchObject({ status: 409, text: expect.stringContaining('service account') });
  });
});

describe("the operator's own plugin", () => {
  let gateway: TestGateway;
  const as = (name: string): Identity => ({ email: `${name}@example.com`, token: `token of ${name}` });
  const whoAmI = (name: string) => gateway.call(as(name), 'GET', '/whoami');
  beforeAll(async () => {
    const path = write(
      'own.mjs',
      `export class Directory {
        constructor({ env }) { this.house = env.HOUSE; }
        async auth(email, token) {
          if (token === 'token of breaking') throw new Error('no way to ' + token);
          if (token === 'token of shapeless') return { mail: email };
          if (!email || token !== 'token of ' + email.split('@')[0]) return null;
          return { email, name: this.house, active: true, groups: [] };
        }
        async verify({ email }, groups) {
          if (email.startsWith('torn')) throw new Error('no answer');
          return email.startsWith('chief') || groups.every((group) => group === 'everybody');
        }
      }`,
    );
    gateway = await startTestGateway({
      env: {
        PROCTOR_AUTH_PLUGIN_BINARY: path,
        PROCTOR_AUTH_PLUGIN_EXPORTED: 'Directory',
        HOUSE: 'of Usher',
      },
    });
  }, 60_000);
  afterAll(() => gateway.remove(), 30_000);

  it('identifies users, and its path is not shown', async () => {
    expect((await whoAmI('clerk')).json()).toMatchObject({ name: 'of Usher', is_admin: false });
    expect(await gateway.call({ ...as('clerk'), token: 'x' }, 'GET', '/whoami')).toMatchObject({
      status: 401,
    });
    expect((await gateway.call(null, 'GET', '/auth')).json()).toEqual({ plugin: 'custom', sign_in: 'token' });
  });

  it('decides what users may do, whatever their groups are', async () => {
    expect((await whoAmI('chief')).json()).toMatchObject({ is_admin: true, groups: [] });
    const procs = ['everybody', 'nobody'].map((group) => ({
      ...{ name: `for-${group}`, image_name: 'proctor/own:1', authorized_groups: [group] },
    }));
    expect(await gateway.call(as('clerk'), 'POST', '/metadata', { body: procs })).toMatchObject({
      status: 403,
    });
    expect(await gateway.call(as('chief'), 'POST', '/metadata', { body: procs })).toMatchObject({
      status: 201,
    });
    const execute = (name: string) =>
      gateway.call(as('clerk'), 'POST', '/execution', { body: { name, args: {} } });
    expect(await execute('for-everybody')).toMatchObject({ status: 201 });
    expect(await execute('for-nobody')).toMatchObject({ status: 403 });
    const listed = (await gateway.call(as('clerk'), 'GET', '/metadata')).json<{ name: string }[]>();
    expect(listed.map(({ name }) => name)).toEqual(['for-everybody']);
  });

  it.each(['breaking', 'shapeless', 'torn'])(
    'is an outage when it fails, and reveals nothing of itself: %s',
    async (name) => {
      const answer = await whoAmI(name);
      expect(answer).toMatchObject({ status: 503 });
      expect(answer.headers.get('retry-after')).toBe('2');
      expect(answer.text).not.toMatch(/no way|no answer|own\.mjs:/);
      expect(gateway.log()).not.toContain(as(name).token);
    },
  );
});

describe('a broken plugin', () => {
  const plugin = (binary: string, more: Record<string, string> = {}) => ({
    PROCTOR_AUTH_PLUGIN_BINARY: binary,
    ...more,
  });

  const cases: [string, () => Record<string, string>, RegExp[]][] = [
    ['does not exist', () => plugin('./nowhere.mjs'), [/no plugin at \.\/nowhere\.mjs/]],
    [
      'is not installed',
      () => plugin('proctor-auth-nowhere'),
      [/no plugin proctor-auth-nowhere/, /gate, oidc, postgres/],
    ],
    [
      'is not JavaScript',
      () => plugin(write('syntax.mjs', 'export const = ;')),
      [/SyntaxError/, /syntax\.mjs/],
    ],
    [
      'throws when it is loaded',
      () => plugin(write('throws.mjs', `throw new Error('no licence')`)),
      [/no licence/],
    ],
    [
      'has no such export',
      () => plugin(write('names.mjs', 'export const One = 1, Two = 2;')),
      [/no export \\?"Auth\\?"/, /One, Two/, /PROCTOR_AUTH_PLUGIN_EXPORTED/],
    ],
    [
      'has no auth function',
      () => plugin(write('useless.mjs', 'export const Auth = { verify() {} };')),
      [/no function \\?"auth\\?"/],
    ],
    [
      'throws in its constructor',
      () =>
        plugin(
          write(
            'unmade.mjs',
            `export class Auth { auth() {} constructor() { throw new Error('no house') } }`,
          ),
        ),
      [/no house/],
    ],
    [
      'is written in Go',
      () => plugin('/plugins/gate-auth.so'),
      [/PROCTOR_AUTH_PLUGIN_BINARY/, /"gate" replaces its Gate plugin/],
    ],
    [
      'lacks its variables, with other invalid ones',
      () => plugin('oidc', { PROCTOR_OIDC_ISSUER: 'http://issuer.example', PROCTOR_APP_PORT: 'x' }),
      [/3 problems/, /PROCTOR_OIDC_ISSUER/, /PROCTOR_OIDC_CLIENT_ID/, /PROCTOR_APP_PORT/],
    ],
    ['has no server address', () => plugin('gate'), [/GATE_PLUGIN_HOST/]],
  ];

  it.each(cases)(
    'stops the start with the reason: it %s',
    async (_what, env, reasons) => {
      const service = await startService('gateway', 'apps/gateway/src/main.js', {
        ...REQUIRED_ENV,
        ...env(),
      });
      expect(await service.exited).toMatchObject({ code: 1 });
      for (const reason of reasons) expect(service.output()).toMatch(reason);
    },
    30_000,
  );
});
