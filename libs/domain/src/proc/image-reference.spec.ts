import { describe, expect, it } from '@jest/globals';
import { isImageReference, repositoryOf } from './image-reference.js';

const DIGEST = `sha256:${'0'.repeat(64)}`;

describe('isImageReference', () => {
  it.each([
    'busybox',
    'busybox:1.36',
    'proctor/say-hello-world:1',
    'localhost:5000/a/b__c/d--e.f:Tag_1.2-x',
    'Registry.Example/team/name',
    '[::1]:5000/name',
    `name@${DIGEST}`,
    `registry.example/name:1@${DIGEST}`,
  ])('accepts %s', (reference) => {
    expect(isImageReference(reference)).toBe(true);
  });

  it.each([
    '',
    ' busybox',
    'busybox ',
    'Busybox',
    'name:',
    'name:tag:tag',
    'name@sha256:12',
    'a//b',
    '/a',
    'a/',
    '-a',
    'a$(X)',
    'https://registry.example/a',
    `name:${'t'.repeat(129)}`,
    'a'.repeat(256),
  ])('refuses %j', (reference) => {
    expect(isImageReference(reference)).toBe(false);
  });
});

describe('repositoryOf', () => {
  it.each<[string, string | null]>([
    ['busybox', 'docker.io/library/busybox'],
    [`busybox:1.36@${DIGEST}`, 'docker.io/library/busybox'],
    ['proctor/say-hello-world:1', 'docker.io/proctor/say-hello-world'],
    ['index.docker.io/busybox', 'docker.io/library/busybox'],
    ['localhost/name', 'localhost/name'],
    ['localhost:5000/a/b:1', 'localhost:5000/a/b'],
    ['Registry/name', 'registry/name'],
    ['registry.example/team/name:1', 'registry.example/team/name'],
    ['[::1]:5000/name', '[::1]:5000/name'],
    ['No Image', null],
  ])('of %s is %s', (reference, repository) => {
    expect(repositoryOf(reference)).toBe(repository);
  });
});
