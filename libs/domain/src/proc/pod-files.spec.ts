import { describe, expect, it } from '@jest/globals';
import { checkAllowedFiles, checkFiles, MAX_FILES, MAX_FILES_BYTES, type PodFile } from './pod-files.js';

const file = (path: string, content: string | undefined = 'x'): PodFile => ({
  path,
  bytes: content.length,
  digest: '',
  content,
});
const sized = (path: string, bytes: number): PodFile => ({ ...file(path), bytes });
const MOUNTS = {
  scratch: { size: '1Gi', path: '/scratch/' },
  configMaps: [{ name: 'a', path: '/etc/regions' }],
  secrets: [
    { name: 'b', path: null },
    { name: 'c', path: '/etc/keys/' },
  ],
};

describe('checkFiles', () => {
  it.each<[string, PodFile[], [field: string, message: RegExp][]]>([
    ['files side by side', [file('/etc/a.conf'), file('/etc/b.conf'), file('/etc/regions.txt')], []],
    ['an empty file', [file('/etc/a', '')], []],
    ['exactly as much as fits', [sized('/a', MAX_FILES_BYTES)], []],
    ['a byte more', [sized('/a', MAX_FILES_BYTES), sized('/b', 1)], [['pod.files', /524288 bytes.*524289/]]],
    ['too many', Array.from({ length: MAX_FILES + 1 }, (_, n) => file(`/a${n}`)), [['pod.files', /50.*51/]]],
    ['a relative path', [file('etc/a')], [['pod.files.0.path', /absolute/]]],
    ['a step up', [file('/etc/../a')], [['pod.files.0.path', /absolute/]]],
    ['a folder', [file('/etc/a/')], [['pod.files.0.path', /name of the file/]]],
    ['a path that every container needs', [file('/dev')], [['pod.files.0.path', /hide \/dev/]]],
    ['the same path', [file('/etc/a'), file('/etc//./a')], [['pod.files.1.path', /overlap/]]],
    ['a file as a folder', [file('/etc/a'), file('/etc/a/b')], [['pod.files.1.path', /overlap/]]],
    ['a file in scratch', [file('/scratch/a')], [['pod.files.0.path', /scratch.*overlap/]]],
    ['a file in a ConfigMap', [file('/etc/regions/a')], [['pod.files.0.path', /config_maps/]]],
    ['a file over a Secret', [file('/etc/keys')], [['pod.files.0.path', /of secrets/]]],
    [
      'a file above a mount',
      [file('/etc')],
      [['pod.files.0.path', /"\/etc" and \/etc\/regions of config_maps/]],
    ],
    [
      'a file without text',
      [{ ...file('/a'), content: undefined }],
      [['pod.files.0.content', /add content/]],
    ],
    ['a NUL', [file('/a', 'a\0b')], [['pod.files.0.content', /NUL/]]],
  ])('%s', (_name, files, expected) => {
    const problems = checkFiles({ ...MOUNTS, files });
    expect(problems).toEqual(
      expected.map(([field, message]) => ({ field, message: expect.stringMatching(message) })),
    );
  });
});

describe('checkAllowedFiles', () => {
  it.each<[string | null, number]>([
    [null, 0],
    ['1Ki', 0],
    ['1023', 1],
    ['0', 1],
  ])('%s', (maxSize, count) => {
    expect(checkAllowedFiles([sized('/a', 1000), sized('/b', 24)], maxSize)).toHaveLength(count);
  });

  it('takes procs without files anywhere', () => {
    expect(checkAllowedFiles([], '0')).toEqual([]);
  });
});
