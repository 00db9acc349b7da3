import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TestProxy } from '../../outbound/src/testing/index.js';
import { loadAuthPlugin, type AuthPluginRequest } from './load-auth-plugin.js';
import { PluginError } from './plugin-error.js';
import { describeAuthPlugin } from './testing/auth-plugin-conformance.js';
import { LocalServer } from './testing/local-server.js';

const USER = { email: 'ada@example.com', name: 'Ada', active: true, groups: ['ops', 'data'] };
const AUTH = `auth: async (email, token) => token !== 'good' ? null : (${JSON.stringify(USER)})`;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'proctor-plugins-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function write(path: string, content: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), content);
}

function load(name: string, change: Partial<AuthPluginRequest> = {}) {
  return loadAuthPlugin({ name, env: { GREETING: 'hello' }, baseFolder: folder, ...change });
}

let count = 0;
function loadSource(source: string, change: Partial<AuthPluginRequest> = {}) {
  const path = `plugin-${++count}.mjs`;
  write(path, source);
  return load(`./${path}`, change);
}

describeAuthPlugin("an operator's plugin", async () => ({
  plugin: await loadSource(`
    const user = ${JSON.stringify(USER)};
    export const Auth = {
      async auth(email, token) {
        const isHis = email === null || email.toLowerCase() === user.email;
        return isHis && token === 'good' ? user : null;
      },
    };`),
  known: { user: USER, token: 'good' },
  inactive: null,
  staleToken: 'revoked',
  takesBearer: true,
  ignoresCaseOfEmail: true,
  goDown: null,
}));

describe('loadAuthPlugin', () => {
  it.each([
    ['an object', `export const Auth = { ${AUTH} };`],
    ['a class', `export class Auth { async auth(...asked) { return ({ ${AUTH} }).auth(...asked); } }`],
    ['a constructor of old', `export function Auth() {}; Auth.prototype.auth = ({ ${AUTH} }).auth;`],
    ['a function', `export const Auth = () => ({ ${AUTH} });`],
    ['an asynchronous function', `export async function Auth() { return { ${AUTH} }; }`],
    ['a synchronous auth', `export const Auth = { auth: () => (${JSON.stringify(USER)}) };`],
    ['an object among the names of the default export', `export default { Auth: { ${AUTH} } };`],
  ])('takes %s', async (_what, source) => {
    const plugin = await loadSource(source);
    expect(await plugin.auth(USER.email, 'good')).toEqual(USER);
    expect(await plugin.verify(USER, ['ops'])).toBe(true);
    expect(plugin.deviceFlow).toBeUndefined();
  });

  it.each([
    ['class', `export class Auth { constructor({ env }) { this.name = env.GREETING; }`],
    [
      'function',
      `export const Auth = ({ env }) => new Made(env); class Made { constructor(env) { this.name = env.GREETING; }`,
    ],
  ])('gives the environment to a %s, and keeps its `this`', async (_what, source) => {
    const user = `({ email: 'a@x.y', name: this.name, active: true, groups: [] })`;
    const plugin = await loadSource(
      `${source} auth() { return ${user}; } verify() { return this.name === 'hello'; } }`,
    );
    expect(await plugin.auth(null, 't')).toMatchObject({ name: 'hello' });
    expect(await plugin.verify(USER, ['not his'])).toBe(true);
  });

  it('gives a `fetch` that uses the proxies', async () => {
    const proxy = await TestProxy.start();
    const gate = await LocalServer.start(() => ({ status: 200, body: USER }));
    try {
      const url = gate.url.replace('127.0.0.1', 'gate.test');
      const source = `export const Auth = ({ fetch }) => ({ auth: async () => (await fetch('${url}')).json() });`;
      const plugin = await loadSource(source, { env: { HTTP_PROXY: proxy.url } });
      expect(await plugin.auth(USER.email, 'any')).toEqual(USER);
      expect(proxy.requests).toEqual([`GET ${new URL(url).href}`]);
    } finally {
      await gate.close();
      await proxy.close();
    }
  });

  it('loads another export', async () => {
    const plugin = await loadSource(`export const GateAuth = { ${AUTH} };`, { exported: 'GateAuth' });
    expect(await plugin.auth(null, 'good')).toEqual(USER);
    const byDefault = await loadSource(`export default { ${AUTH} };`, { exported: 'default' });
    expect(await byDefault.auth(null, 'good')).toEqual(USER);
  });

  it.each<[string, string, Record<string, string>]>([
    ['a path from the base folder', './here.mjs', { 'here.mjs': `export const Auth = { ${AUTH} };` }],
    ['CommonJS', './here.cjs', { 'here.cjs': `module.exports = { Auth: { ${AUTH} } };` }],
    ['a folder', './there', { 'there/index.js': `exports.Auth = { ${AUTH} };` }],
    [
      'a package',
      'some-plugin',
      {
        'node_modules/some-plugin/package.json': '{"main":"main.js"}',
        'node_modules/some-plugin/main.js': `exports.Auth = { ${AUTH} };`,
      },
    ],
    [
      'a package of modules alone',
      '@scope/modern',
      {
        'node_modules/@scope/modern/package.json':
          '{"type":"module","exports":{".":{"types":"./x.d.ts","import":{"default":"./main.js"}}}}',
        'node_modules/@scope/modern/main.js': `export const Auth = { ${AUTH} };`,
      },
    ],
  ])('finds %s', async (_what, name, files) => {
    for (const [path, content] of Object.entries(files)) write(path, content);
    expect(await (await load(name)).auth(null, 'good')).toEqual(USER);
  });

  it('finds an absolute path', async () => {
    write('absolute.mjs', `export const Auth = { ${AUTH} };`);
    expect(await (await load(join(folder, 'absolute.mjs'))).auth(null, 'good')).toEqual(USER);
  });

  it('finds a package in a folder above', async () => {
    write('node_modules/above/package.json', '{"type":"module","exports":"./main.js"}');
    write('node_modules/above/main.js', `export const Auth = { ${AUTH} };`);
    mkdirSync(join(folder, 'a/b'), { recursive: true });
    const plugin = await load('above', { baseFolder: join(folder, 'a/b') });
    expect(await plugin.auth(null, 'good')).toEqual(USER);
  });

  it.each<[string, string, RegExp]>([
    ['has a syntax error', 'export const Auth = {;', /Loading the plugin .* failed: .*SyntaxError/s],
    ['throws when it is loaded', 'throw new Error("no licence");', /Loading .* failed: Error: no licence/s],
    [
      'needs a package that is not there',
      "import 'not-installed-anywhere';",
      /Loading .* failed: .*not-installed-anywhere/s,
    ],
    ['exports nothing', '', /no export "Auth" .* it exports nothing\. Set PROCTOR_AUTH_PLUGIN_EXPORTED/],
    ['exports other things', 'export const auth = 1, GateAuth = 2;', /it exports GateAuth, auth\./],
    ['hides its names in the default', 'export default { GateAuth: {} };', /it exports GateAuth, default\./],
    ['exports null', 'export const Auth = null;', /no export "Auth"/],
    [
      'exports an empty object',
      'export const Auth = {};',
      /no function "auth"; found an empty object\. Export/,
    ],
    [
      'has an auth that is no function',
      'export const Auth = { auth: 1, verify: 2 };',
      /found an object with auth, verify/,
    ],
    ['exports text', 'export const Auth = "gate";', /no function "auth"; found string/],
    ['makes nothing', 'export const Auth = () => {};', /no function "auth"; found undefined/],
    [
      'fails to make it',
      'export const Auth = () => { throw new Error("no key"); };',
      /Calling the function Auth .* failed: Error: no key/s,
    ],
    [
      'fails to make it later',
      'export const Auth = async () => { throw "no key"; };',
      /Calling the function Auth .* failed: 'no key'/s,
    ],
    [
      'fails to construct it',
      'export class Auth { constructor() { throw new Error("no key"); } }',
      /Constructing the class Auth .* failed: Error: no key/s,
    ],
    ['never gets ready', 'export const Auth = () => new Promise(() => {});', /did not load within 0\.2 s/],
  ])('refuses a module that %s', async (_what, source, message) => {
    const isSlow = source.includes('new Promise');
    const loading = loadSource(source, { timeoutMs: isSlow ? 200 : undefined });
    const error: unknown = await loading.catch((err: unknown) => err);
    expect(error).toBeInstanceOf(PluginError);
    expect((error as PluginError).message).toMatch(message);
  });

  it.each<[string, RegExp]>([
    ['./missing.mjs', /no plugin at \.\/missing\.mjs \(relative to .*\)\. Check PROCTOR_AUTH_PLUGIN_BINARY/],
    ['/no/such/file.mjs', /no plugin at \/no\/such\/file\.mjs/],
    ['no-such-package', /neither shipped \(gate, oidc, postgres\) nor installed/],
    ['../../../..', /no plugin at|Loading the plugin/],
    ['', /There is no plugin/],
    ['fs', /nor installed/],
    ['node:fs', /nor installed/],
    ['/opt/proctor/gate-auth-plugin.so', /Go plugin of Proctor v2.*Set PROCTOR_AUTH_PLUGIN_BINARY=gate,/],
    ['./GATE.SO', /Set PROCTOR_AUTH_PLUGIN_BINARY=gate,/],
    ['/opt/gate/auth.so', /Go plugin of Proctor v2.*exports Auth with auth\(email, token\)/],
    ['gate', /GATE_PLUGIN_HOST: expected the host .*, but it is not set/],
    ['oidc', /PROCTOR_OIDC_ISSUER: .*\n {2}PROCTOR_OIDC_CLIENT_ID: /],
  ])('refuses %j', async (name, message) => {
    const error: unknown = await load(name).catch((err: unknown) => err);
    expect(error).toBeInstanceOf(PluginError);
    expect((error as PluginError).message).toMatch(message);
  });

  it('creates shipped plugins without contacting a server', async () => {
    expect((await load('gate', { env: { GATE_PLUGIN_HOST: 'gate.invalid' } })).deviceFlow).toBeUndefined();
    const env = { PROCTOR_OIDC_ISSUER: 'https://id.invalid', PROCTOR_OIDC_CLIENT_ID: 'proctor' };
    expect((await load('oidc', { env })).deviceFlow).toBeDefined();
  });
});
