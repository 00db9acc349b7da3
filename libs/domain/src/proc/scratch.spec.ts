import { describe, expect, it } from '@jest/globals';
import { checkAllowedScratch, checkScratch } from './scratch.js';

const fieldsOf = (problems: { field: string }[]) => problems.map(({ field }) => field);

describe('checkScratch', () => {
  it.each([
    ['1Gi', '/scratch', []],
    ['1e9', '/var/lib/data/', []],
    ['0', '/scratch', ['pod.scratch.size']],
    ['1m', '/scratch', ['pod.scratch.size']],
    ['much', '/scratch', ['pod.scratch.size']],
    ['-1', '/scratch', ['pod.scratch.size']],
    ['1Gi', 'scratch', ['pod.scratch.path']],
    ['1Gi', '', ['pod.scratch.path']],
    ['1Gi', '/a/../b', ['pod.scratch.path']],
    ['1Gi', '/a:ro', ['pod.scratch.path']],
    ['1Gi', '/a\n', ['pod.scratch.path']],
    ['1Gi', `/${'a'.repeat(500)}`, ['pod.scratch.path']],
    ['1Gi', '/', ['pod.scratch.path']],
    ['1Gi', '//./proc/', ['pod.scratch.path']],
    ['1Gi', '/proc/a', ['pod.scratch.path']],
    ['1Gi', '/sys/a', ['pod.scratch.path']],
    ['1Gi', '/dev/shm', []],
    ['1Gi', '/process', []],
  ])('%j at %j: %j', (size, path, fields) => expect(fieldsOf(checkScratch({ size, path }))).toEqual(fields));
});

describe('checkAllowedScratch', () => {
  it.each([
    ['1Gi', null, []],
    ['1Gi', '1Gi', []],
    ['much', '1Gi', []],
    ['1024Mi', '1G', ['pod.scratch.size']],
  ])('%s where %s is allowed: %j', (size, maxSize, fields) => {
    expect(fieldsOf(checkAllowedScratch({ size, path: '/scratch' }, maxSize))).toEqual(fields);
  });
});
