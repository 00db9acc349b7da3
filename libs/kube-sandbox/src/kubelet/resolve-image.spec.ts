import { describe, expect, it } from '@jest/globals';
import { folderNameOf } from './resolve-image.js';

describe('folderNameOf', () => {
  it.each([
    ['proctor/say-hello-world:1', 'say-hello-world'],
    ['say-hello-world', 'say-hello-world'],
    ['registry.example.com:5000/a/b/c_d.e:v1.2', 'c_d.e'],
    [`x/y@sha256:${'0'.repeat(64)}`, 'y'],
    ['localhost:5000/y:latest', 'y'],
  ])('%s → %s', (image, name) => {
    expect(folderNameOf(image)).toBe(name);
  });

  it.each(['', '..', 'a/..', '../x', 'a/../b', 'A', 'a b', 'a/', '/a', 'a:', '.hidden', 'a//b'])(
    'refuses %j',
    (image) => {
      expect(folderNameOf(image)).toBeNull();
    },
  );
});
