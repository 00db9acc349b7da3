import { describe, expect, it } from '@jest/globals';
import { MAX_ENV_VALUE_BYTES } from '../proc/env-value.js';
import { checkSecret } from './check-secret.js';

describe('checkSecret', () => {
  it.each([['hunter'], ['  hunter\n'], ['😀😀😀😀😀😀'], ['line\nline'], ['x'.repeat(MAX_ENV_VALUE_BYTES)]])(
    'accepts %#',
    (value) => {
      expect(checkSecret('API_KEY', value)).toEqual([]);
    },
  );

  it.each([
    ['an empty value', ''],
    ['a value too short to be masked', '12345'],
    ['white space around a short value', '   12345   '],
    ['five characters of two code units', '😀😀😀😀😀'],
    ['a NUL', 'hunter22\0'],
    ['half of a surrogate pair', 'hunter22\udc00'],
    ['more than 64 KiB', 'é'.repeat(MAX_ENV_VALUE_BYTES / 2 + 1)],
  ])('refuses %s, and does not repeat it', (_name, value) => {
    const problems = checkSecret('API_KEY', value);
    expect(problems.map(({ field }) => field)).toEqual(['API_KEY']);
    if (value !== '') expect(problems[0]?.message).not.toContain(value);
  });

  it.each(['A B', 'PATH', 'USER_EMAIL'])('refuses the name %s', (name) => {
    expect(checkSecret(name, 'hunter22')).toHaveLength(1);
  });
});
