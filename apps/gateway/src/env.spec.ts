import { describe, expect, it } from '@jest/globals';
import { REQUIRED_ENV } from '../../../libs/platform/src/testing/index.js';
import { loadGatewayEnv } from './env.js';

const required = { ...REQUIRED_ENV, PROCTOR_SECRET_KEY: 'ab'.repeat(32) };

describe('loadGatewayEnv', () => {
  it('is safe by default', () => {
    expect(loadGatewayEnv(required)).toMatchObject({
      port: 5001,
      trustProxy: false,
      access: { isAuthenticationOn: true, adminGroups: ['proctor_admin'], minClientVersion: null },
    });
  });

  it('reads both names of the admin groups, the documented one first', () => {
    const longer = { ...required, PROCTOR_AUTH_REQUIRED_ADMIN_GROUP: 'a, b' };
    expect(loadGatewayEnv(longer).access.adminGroups).toEqual(['a', 'b']);
    expect(loadGatewayEnv({ ...longer, PROCTOR_REQUIRED_ADMIN_GROUP: 'c' }).access.adminGroups).toEqual([
      'c',
    ]);
  });

  it('lists every invalid variable', () => {
    const wrong = {
      PROCTOR_SECRET_KEY: '',
      PROCTOR_APP_PORT: '0',
      PROCTOR_PUBLIC_URL: 'proctor',
      PROCTOR_TRUST_PROXY: '10.0.0.0/8, nonsense',
      PROCTOR_MIN_CLIENT_VERSION: 'new',
      PROCTOR_ALLOWED_HOSTS: 'http://proctor.example.com',
      PROCTOR_AUTH_ENABLED: 'maybe',
    };
    for (const name of Object.keys(wrong))
      expect(() => loadGatewayEnv({ ...required, ...wrong })).toThrow(name);
  });

  it('takes the origin from the public URL', () => {
    const settings = loadGatewayEnv({
      ...required,
      PROCTOR_PUBLIC_URL: 'https://p.example/console',
      PROCTOR_TRUST_PROXY: '10.0.0.0/8',
    });
    expect(settings).toMatchObject({ publicOrigin: 'https://p.example', trustProxy: ['10.0.0.0/8'] });
  });

  it.each([
    ['false', false],
    ['0', false],
    ['1', 1],
    ['2', 2],
    ['192.0.2.1', ['192.0.2.1']],
    ['10.0.0.0/8, ::1, fd00::/8, ::ffff:10.0.0.1', ['10.0.0.0/8', '::1', 'fd00::/8', '::ffff:10.0.0.1']],
    ['loopback,linklocal, uniquelocal', ['loopback', 'linklocal', 'uniquelocal']],
  ])('trusts the proxies %s', (text, trustProxy) => {
    expect(loadGatewayEnv({ ...required, PROCTOR_TRUST_PROXY: text })).toMatchObject({ trustProxy });
  });

  it.each([
    'true',
    'TRUE',
    'yes',
    '*',
    'all',
    '-1',
    '1.5',
    '11',
    '0.0.0.0/0',
    '::/0',
    '10.0.0.0/33',
    '10.0.0.0/',
    'proxy',
  ])('refuses to trust the proxies %s, and says what to write instead', (text) => {
    expect(() => loadGatewayEnv({ ...required, PROCTOR_TRUST_PROXY: text })).toThrow(
      /PROCTOR_TRUST_PROXY: expected false, the number of proxies .* addresses, CIDR ranges/,
    );
  });

  it('answers to the host of the public URL and those of a list, besides loopback', () => {
    const hosts = {
      PROCTOR_PUBLIC_URL: 'https://p.example:8443/x',
      PROCTOR_ALLOWED_HOSTS: 'a.example, ::1,10.0.0.5',
    };
    expect(loadGatewayEnv(required).allowedHosts).toEqual([]);
    expect(loadGatewayEnv({ ...required, ...hosts }).allowedHosts).toEqual([
      'p.example',
      'a.example',
      '[::1]',
      '10.0.0.5',
    ]);
    for (const text of [
      '*',
      '*.example.com',
      'a.example:5001',
      'https://a.example',
      'a b',
      'a/b',
      '[::1]:80',
    ])
      expect(() => loadGatewayEnv({ ...required, PROCTOR_ALLOWED_HOSTS: text })).toThrow('without ports');
  });

  it('authenticates against accounts in Postgres by default', () => {
    expect(loadGatewayEnv(required).access).toMatchObject({
      plugin: { name: 'postgres', shownName: 'postgres', exported: 'Auth' },
      failedLogins: { perAddress: 30, perIdentity: 100 },
    });
    const own = {
      ...required,
      PROCTOR_AUTH_PLUGIN_BINARY: '/srv/auth.mjs',
      PROCTOR_AUTH_PLUGIN_EXPORTED: 'Ours',
    };
    expect(loadGatewayEnv(own).access.plugin).toMatchObject({
      name: '/srv/auth.mjs',
      shownName: 'custom',
      exported: 'Ours',
      env: own,
    });
  });

  it('lists the plugin’s invalid variables together with its own', () => {
    const wrong = {
      ...required,
      PROCTOR_APP_PORT: '0',
      PROCTOR_AUTH_PLUGIN_BINARY: 'oidc',
      PROCTOR_OIDC_ISSUER: 'http://issuer.example',
      PROCTOR_FAILED_LOGINS_PER_ADDRESS: '0',
    };
    for (const name of [
      'PROCTOR_APP_PORT',
      'PROCTOR_OIDC_ISSUER',
      'PROCTOR_OIDC_CLIENT_ID',
      'PROCTOR_FAILED_LOGINS_PER_ADDRESS',
    ]) {
      expect(() => loadGatewayEnv(wrong)).toThrow(name);
    }
    expect(() => loadGatewayEnv({ ...required, PROCTOR_AUTH_PLUGIN_BINARY: 'gate' })).toThrow(
      'GATE_PLUGIN_HOST',
    );
    const off = { ...required, PROCTOR_AUTH_PLUGIN_BINARY: 'gate', PROCTOR_AUTH_ENABLED: 'no' };
    expect(loadGatewayEnv(off).access.isAuthenticationOn).toBe(false);
  });

  it('refuses a Go plugin and names its shipped replacement', () => {
    const v2 = { ...required, PROCTOR_AUTH_PLUGIN_BINARY: '/plugins/gate-auth.so' };
    expect(() => loadGatewayEnv(v2)).toThrow(
      /PROCTOR_AUTH_PLUGIN_BINARY: expected .*"gate" replaces its Gate plugin/,
    );
  });
});
