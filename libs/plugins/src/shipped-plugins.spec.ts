import { describe, expect, it } from '@jest/globals';
import { TestProxy } from '../../outbound/src/testing/index.js';
import { checkPlugin, makeShippedPlugin } from './shipped-plugins.js';
import { LocalGate } from './testing/local-gate.js';

describe('checkPlugin', () => {
  it.each<[string, string[]]>([
    ['gate', ['GATE_PLUGIN_HOST']],
    ['oidc', ['PROCTOR_OIDC_ISSUER', 'PROCTOR_OIDC_CLIENT_ID']],
    ['postgres', []],
    ['./own-plugin.mjs', []],
    ['constructor', []],
  ])('%s needs %j', (name, variables) => {
    expect(checkPlugin(name, {}).map(({ variable }) => variable)).toEqual(variables);
  });

  it('checks proxies and certificate authorities', () => {
    const env = {
      GATE_PLUGIN_HOST: 'gate',
      HTTPS_PROXY: 'socks5://me:secret@proxy',
      PROCTOR_CA_FILE: 'ca.pem',
    };
    expect(checkPlugin('gate', env)).toMatchObject([
      { variable: 'HTTPS_PROXY', found: expect.not.stringContaining('secret') as unknown },
      { variable: 'PROCTOR_CA_FILE', found: 'the relative path ca.pem' },
    ]);
    expect(checkPlugin('./own.mjs', env)).toHaveLength(2);
  });

  it('makes plugins that use the proxies', async () => {
    const gate = await LocalGate.start();
    const proxy = await TestProxy.start();
    try {
      gate.know('good', { email: 'ada@example.com', name: 'Ada', active: true, groups: [] });
      const env = {
        ...gate.env(),
        GATE_PLUGIN_HOST: gate.env()['GATE_PLUGIN_HOST']!.replace('127.0.0.1', 'gate.test'),
        HTTP_PROXY: proxy.url,
      };
      expect(await makeShippedPlugin('gate', env).auth('ada@example.com', 'good')).toMatchObject({
        name: 'Ada',
      });
      expect(proxy.requests).toEqual([expect.stringContaining('GET http://gate.test:')]);
    } finally {
      await gate.close();
      await proxy.close();
    }
  });

  it('shows an invalid value, shortened', () => {
    const [problem] = checkPlugin('gate', { GATE_PLUGIN_HOST: `/${'x'.repeat(200)}` });
    expect(problem?.found).toBe(`"/${'x'.repeat(99)}…"`);
  });
});
