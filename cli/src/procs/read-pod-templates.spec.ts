import { describe, expect, it } from '@jest/globals';
import { readPodTemplates } from './read-pod-templates.js';

const HEAD = 'apiVersion: v1\nkind: PodTemplate\nmetadata: {name: gpu}\n';
const read = (text: string) => readPodTemplates([{ path: 'gpu.yaml', text }]);

describe('readPodTemplates', () => {
  it('reads anchors and merge keys', () => {
    const text = `${HEAD}template:\n  metadata: {labels: &all {team: ops, tier: a}}\n  spec: {nodeSelector: {<<: *all, tier: b}}\n`;
    expect(read(text)).toEqual([
      {
        path: 'gpu.yaml',
        name: 'gpu',
        template: {
          metadata: { labels: { team: 'ops', tier: 'a' } },
          spec: { nodeSelector: { team: 'ops', tier: 'b' } },
        },
      },
    ]);
  });

  it.each([
    ['an alias without an anchor', 'template: {spec: *spec}', /gpu\.yaml, line 4: an alias .* has no anchor/],
    [
      'an anchor of an earlier document',
      'x: &a 1\n---\ntemplate: {spec: {hostname: *a}}',
      /gpu\.yaml, line 6: an alias .* has no anchor/,
    ],
    ['too many aliases', `template: {spec: {a: &a [1], b: [${'*a, '.repeat(150)}]}}`, /alias/i],
    ['a syntax error', 'template: {', /gpu\.yaml, line 4: wrong indentation|gpu\.yaml, line \d: a colon/],
  ])('names the file for %s', (_what, text, message) => {
    try {
      read(HEAD + text);
      throw new Error('accepted');
    } catch (error) {
      expect(error).toMatchObject({ code: 'invalid_args', details: [expect.anything()] });
      const [{ field, message: said }] = (error as { details: { field: string; message: string }[] })
        .details as [{ field: string; message: string }];
      expect(`${field}: ${said}`).toMatch(message);
    }
  });
});
