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
    ['too many', Array.from({ length: 21 }, (_, n) => at(`a${n}`)), [], ['pod.configMaps']],
  ])('%s', (_name, configMaps, secrets, fields) => {
    const scratch = { size: '1Gi', path: '/scratch' };
    const problems = checkMountedObjects({ configMaps, secrets, scratch });
    expect(problems.map(({ field }) => field)).toEqual(fields);
  });
});
