import { describe, expect, it } from '@jest/globals';
import { queryOf, readTime } from './read-query.js';

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

describe('queryOf', () => {
  it('leaves out what was not given, and keeps what is empty', () => {
    expect(queryOf({ a: undefined, b: '', c: 'x' })).toEqual({ b: '', c: 'x' });
  });
});
