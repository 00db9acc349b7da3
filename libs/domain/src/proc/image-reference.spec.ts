import { describe, expect, it } from '@jest/globals';
import { isImageReference } from './image-reference.js';

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
