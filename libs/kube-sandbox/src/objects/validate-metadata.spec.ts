import { describe, expect, it } from '@jest/globals';
import { validateMetadata } from './validate-metadata.js';

const fields = (metadata: object) =>
  validateMetadata('jobs', { name: 'ok', ...metadata }).map((error) => error.field);

describe('validateMetadata', () => {
  it.each(['a', 'a-b', 'a.b', '0', 'x'.repeat(253)])('accepts the name %j', (name) => {
    expect(fields({ name })).toEqual([]);
  });

  it.each(['', 'A', '-a', 'a_b', 'a..b', 'a/b', 'x'.repeat(254)])('refuses the name %j', (name) => {
    expect(fields({ name })).toEqual(['metadata.name']);
  });

  it('checks labels, annotations and owners', () => {
    expect(
      fields({ labels: { 'proctor.dev/id': 'A_1.b', x: '' }, annotations: { 'a/B': 'any thing' } }),
    ).toEqual([]);
    expect(fields({ labels: { 'a/b/c': 'x' } })).toEqual(['metadata.labels']);
    expect(fields({ labels: { a: 'not ok' } })).toEqual(['metadata.labels']);
    expect(fields({ annotations: { 'a b': '' } })).toEqual(['metadata.annotations']);
    expect(fields({ ownerReferences: [{ apiVersion: 'v1', kind: 'X', name: 'x' }] })).toEqual([
      'metadata.ownerReferences[0].uid',
    ]);
  });
});
