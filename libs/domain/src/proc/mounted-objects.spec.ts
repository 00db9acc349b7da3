import { describe, expect, it } from '@jest/globals';
import { checkMountedObjects, type MountedObject } from './mounted-objects.js';

const at = (name: string, path: string | null = null): MountedObject => ({ name, path });

describe('checkMountedObjects', () => {
  it.each<[string, MountedObject[], MountedObject[], string[]]>([
    ['variables and files', [at('a.b'), at('c', '/etc/c')], [at('d'), at('e', '/etc/e/')], []],
    ['the same object in both forms', [at('a'), at('a', '/a')], [], []],
    ['a name that is none', [at('A')], [at('a/b')], ['pod.configMaps.0.name', 'pod.secrets.0.name']],
    ["Proctor's own Secret", [at('proctor-a-7')], [at('proctor-a-7')], ['pod.secrets.0.name']],
    ['a relative path', [at('a', 'etc')], [at('b', '/')], ['pod.configMaps.0.path', 'pod.secrets.0.path']],
    ['two at one path', [at('a', '/etc/a')], [at('b', '/etc/a/')], ['pod.secrets.0.path']],
    ['one at the path of scratch', [at('a', '/scratch/')], [], ['pod.configMaps.0.path']],
    ['one in scratch', [at('a', '/scratch/a')], [], []],
    ['one in another', [at('a', '/etc/a')], [at('b', '/etc/a/b')], ['pod.secrets.0.path']],
    ['one around another', [at('a', '/etc/a/b'), at('b', '/etc/a')], [], ['pod.configMaps.1.path']],
    ['one beside another', [at('a', '/etc/a')], [at('b', '/etc/ab')], []],
    ['too many', Array.from({ length: 21 }, (_, n) => at(`a${n}`)), [], ['pod.configMaps']],
  ])('%s', (_name, configMaps, secrets, fields) => {
    const scratch = { size: '1Gi', path: '/scratch' };
    const problems = checkMountedObjects({ configMaps, secrets, scratch });
    expect(problems.map(({ field }) => field)).toEqual(fields);
  });

  it('refuses a ConfigMap around scratch, which could not be mounted in it', () => {
    const scratch = { size: '1Gi', path: '/etc/a/tmp' };
    const problems = checkMountedObjects({ configMaps: [at('a', '/etc/a')], secrets: [], scratch });
    expect(problems).toEqual([
      { field: 'pod.configMaps.0.path', message: expect.stringContaining('"/etc/a/tmp" overlap') },
    ]);
  });
});
