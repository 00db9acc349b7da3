import { describe, expect, it } from '@jest/globals';
import type { PluginEnv } from '../plugin-env.js';
import { readGateSettings } from './gate-settings.js';

describe('readGateSettings', () => {
  it.each<[PluginEnv, string]>([
    [{ GATE_PLUGIN_HOST: 'gate.example.com' }, 'https://gate.example.com/api/v1/users/profile'],
    [
      { GATE_PLUGIN_HOST: 'gate:8080', GATE_PLUGIN_PROTOCOL: 'http' },
      'http://gate:8080/api/v1/users/profile',
    ],
    [{ GATE_PLUGIN_HOST: '[::1]:8080', GATE_PLUGIN_PROFILE_PATH: '/me' }, 'https://[::1]:8080/me'],
    [
      { GATE_PLUGIN_HOST: ' gate ', GATE_PLUGIN_PROTOCOL: '', GATE_PLUGIN_PROFILE_PATH: 'a/b' },
      'https://gate/a/b',
    ],
  ])('%j', (env, url) => {
    const { settings, problems } = readGateSettings(env);
    expect(problems).toEqual([]);
    expect(settings?.profileUrl.href).toBe(url);
  });

  it('requires a host, which has no sensible default', () => {
    const { settings, problems } = readGateSettings({});
    expect(settings).toBeNull();
    expect(problems).toEqual([
      {
        variable: 'GATE_PLUGIN_HOST',
        expected: expect.stringContaining('host') as unknown,
        found: 'not set',
      },
    ]);
  });

  it('reports all problems at once', () => {
    const { problems } = readGateSettings({
      GATE_PLUGIN_PROTOCOL: 'ftp',
      GATE_PLUGIN_HOST: 'https://gate',
      GATE_PLUGIN_PROFILE_PATH: 'profile?x=1',
    });
    expect(problems.map(({ variable, found }) => [variable, found])).toEqual([
      ['GATE_PLUGIN_PROTOCOL', '"ftp"'],
      ['GATE_PLUGIN_HOST', '"https://gate"'],
      ['GATE_PLUGIN_PROFILE_PATH', '"profile?x=1"'],
    ]);
  });

  it.each(['user:hunter2@gate', 'gate/path', 'gate:99999', 'ga te', 'gate?x'])(
    'refuses the host %j',
    (host) => {
      const { settings, problems } = readGateSettings({ GATE_PLUGIN_HOST: host });
      expect(settings).toBeNull();
      expect(JSON.stringify(problems)).not.toContain('hunter2');
    },
  );
});
