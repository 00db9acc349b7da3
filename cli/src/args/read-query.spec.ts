import { describe, expect, it } from '@jest/globals';
import * as z from 'zod';
import { readQuery, readTime } from './read-query.js';

const now = Date.parse('2026-01-31T10:00:00Z');

describe('readTime', () => {
  it.each([
    ['2h', '2026-01-31T08:00:00.000Z'],
    ['1d12h', '2026-01-29T22:00:00.000Z'],
    ['2026-01-30', '2026-01-30T00:00:00Z'],
    ['2026-01-30T10:00:00+01:00', '2026-01-30T10:00:00+01:00'],
  ])('reads %s', (text, instant) => {
    expect(readTime('--since', text, now)).toBe(instant);
  });

  it.each(['yesterday', '2h ago', '2026-02-30', '0000-01-01', '999999999d', '2026-01-30 10:00', ''])(
    'refuses %j',
    (text) => {
      expect(() => readTime('--since', text, now)).toThrow();
    },
  );
});

describe('readQuery', () => {
  const schema = z.object({
    a: z.string().optional(),
    b: z.string().optional(),
    limit: z.string().regex(/^\d+$/, 'must be a number').transform(Number).default(50),
  });

  it('omits options that were not given, and keeps empty ones as they are', () => {
    const query = readQuery(schema, { a: undefined, b: '', limit: '5' });
    expect(Object.entries(query)).toEqual([
      ['b', ''],
      ['limit', '5'],
    ]);
  });

  it('refuses what the schema refuses, by the name of the option', () => {
    expect(() => readQuery(schema, { limit: 'x' })).toThrow(
      expect.objectContaining({
        code: 'invalid_args',
        details: [{ field: '--limit', message: 'must be a number' }],
      }),
    );
  });
});
