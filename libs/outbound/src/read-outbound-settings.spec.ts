import { describe, expect, it } from '@jest/globals';
import { readOutboundSettings } from './read-outbound-settings.js';

const proxiesOf = (env: Record<string, string>) => readOutboundSettings(env).settings.proxies;

describe('readOutboundSettings', () => {
  it('uses nothing unless told to', () => {
    expect(readOutboundSettings({ HTTP_PROXY: '', NO_PROXY: '', PROCTOR_CA_FILE: '' })).toEqual({
      settings: { proxies: { http: null, https: null, exceptions: [] }, authorities: [] },
      problems: [],
    });
  });

  it('prefers the spelling in lower case, and reads an address without a scheme', () => {
    const { http, https, exceptions } = proxiesOf({
      HTTP_PROXY: 'http://upper:1',
      http_proxy: 'lower:3128',
      HTTPS_PROXY: 'https://me:p%40ss@secure',
      NO_PROXY: 'a.example',
      no_proxy: 'b.example, 10.0.0.0/8 c.example',
    });
    expect([http?.href, https?.href]).toEqual(['http://lower:3128/', 'https://me:p%40ss@secure/']);
    expect(exceptions).toEqual(['b.example', '10.0.0.0/8', 'c.example']);
  });

  it.each([
    ['HTTP_PROXY', 'socks5://proxy:1080'],
    ['HTTPS_PROXY', 'http://'],
    ['https_proxy', 'http://me:secret@proxy:99999'],
    ['PROCTOR_CA_FILE', 'ca.pem'],
    ['PROCTOR_CA_FILE', '/nowhere/ca.pem'],
    ['PROCTOR_CA_FILE', import.meta.filename],
  ])('refuses %s=%s', (variable, value) => {
    const { problems } = readOutboundSettings({ [variable]: value });
    expect(problems.map((problem) => problem.variable)).toEqual([variable]);
    expect(JSON.stringify(problems)).not.toContain('secret');
  });
});
