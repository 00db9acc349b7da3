import { describe, expect, it } from '@jest/globals';
import * as z from 'zod';
import { detailsFromIssues } from './issue-details.js';
import './issue-messages.js';

describe('the messages of schemas', () => {
  const schema = z.object({
    policy: z.enum(['Always', 'Never']),
    kind: z.literal('PodTemplate'),
    name: z.string(),
    own: z.enum(['a', 'b'], { error: 'a text of its own' }),
  });

  it.each([
    ['a missing value', {}, ['is required', 'is required', 'is required', 'a text of its own']],
    [
      'null',
      { policy: null, kind: null, name: null, own: 'a' },
      ['is required', 'is required', 'is required'],
    ],
    [
      'another choice',
      { policy: 'Sometimes', kind: 'Pod', name: '', own: 'c' },
      ['expected one of Always, Never', 'expected PodTemplate', 'a text of its own'],
    ],
  ])('say what is expected for %s', (_what, value, messages) => {
    const { error } = schema.safeParse(value);
    expect(detailsFromIssues(error?.issues ?? []).map(({ message }) => message)).toEqual(messages);
  });

  it('names a long list of unknown fields in short', () => {
    const fields = Object.fromEntries(Array.from({ length: 1_000 }, (_, n) => [`a${n}`, 1]));
    const [issue] = z.strictObject({}).safeParse(fields).error?.issues ?? [];
    expect(issue?.message.length).toBeLessThan(300);
    expect(issue?.message).toMatch(/^Unrecognized keys: "a0", .* and 990 more$/);
  });
});
