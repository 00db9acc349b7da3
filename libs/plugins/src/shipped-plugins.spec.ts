import { describe, expect, it } from '@jest/globals';
import { checkShippedPlugin } from './shipped-plugins.js';

describe('checkShippedPlugin', () => {
  it.each<[string, string[]]>([
    ['gate', ['GATE_PLUGIN_HOST']],
    ['oidc', ['PROCTOR_OIDC_ISSUER', 'PROCTOR_OIDC_CLIENT_ID']],
    ['postgres', []],
    ['./own-plugin.mjs', []],
    ['constructor', []],
  ])('%s needs %j', (name, variables) => {
    expect(checkShippedPlugin(name, {}).map(({ variable }) => variable)).toEqual(variables);
  });

  it('shows an invalid value, shortened', () => {
    const [problem] = checkShippedPlugin('gate', { GATE_PLUGIN_HOST: `/${'x'.repeat(200)}` });
    expect(problem?.found).toBe(`"/${'x'.repeat(99)}…"`);
  });
});
