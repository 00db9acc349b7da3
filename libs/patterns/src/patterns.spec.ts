import { describe, expect, it } from '@jest/globals';
import { Patterns } from './patterns.js';

const LONGEST = 64 * 1024;

describe('Patterns.matches', () => {
  const { matches } = new Patterns();

  it.each<[string, string, boolean]>([
    ['[a-z]+', 'abc', true],
    ['[a-z]+', 'abc1', false],
    ['[a-z]+', '1abc', false],
    ['a|ab', 'ab', true],
    ['a$', 'a\n', false],
    ['(?m)^a$', 'a\nb', false],
    ['', '', true],
    ['.', '😀', true],
    ['(?i)straße', 'STRAßE', true],
    ['\\d{4}-\\d{2}', '2026-01', true],
  ])('%j on %j: %s', (pattern, value, expected) => {
    expect(matches(pattern, value)).toBe(expected);
    expect(matches(pattern, value)).toBe(expected);
  });

  // A backtracking engine would practically never finish.
  it.each(['(a+)+$', '(a|aa)+$', '(.*a){20}', '([a-zA-Z]+)*'])(
    '%s finishes on the longest value',
    (pattern) => {
      expect(matches(pattern, `${'a'.repeat(LONGEST - 1)}!`)).toBe(false);
    },
  );

  it('still matches after more patterns than it caches', () => {
    for (let n = 0; n < 1_100; n++) expect(matches(`x${n}`, `x${n}`)).toBe(true);
    expect(matches('x0', 'x0')).toBe(true);
  });
});

describe('Patterns.forRequest', () => {
  it('refuses values that take too long together, and no later request for it', () => {
    const patterns = new Patterns();
    const slow = '.*a.{200}';
    const value = 'a'.repeat(16_000);
    const matches = patterns.forRequest();
    expect(matches(slow, value)).toBe(true);
    expect(() => matches(slow, value)).toThrow('too long to be checked');
    expect(patterns.forRequest()(slow, value)).toBe(true);
  });

  it('takes the longest value for a simple pattern, many times', () => {
    const matches = new Patterns().forRequest();
    for (let n = 0; n < 6; n++) expect(matches('[a-z]+', 'a'.repeat(LONGEST))).toBe(true);
  });
});

describe('Patterns.describeProblem', () => {
  const { describeProblem } = new Patterns();

  it.each(['[a-z]+', '(?i)x', '[a-z]{1,255}', '\\p{Greek}*', '^a$'])('accepts %s', (pattern) => {
    expect(describeProblem(pattern)).toBeNull();
  });

  it.each<[string, RegExp]>([
    ['(', /missing closing/],
    ['(?=a)', /Perl syntax/],
    ['\\1', /escape sequence/],
    ['a{1001}', /repeat count/],
    ['\\p{Klingon}', /range/],
    ['[a-z]{1,1000}', /too complex \(2001 steps/],
  ])('refuses %s', (pattern, message) => {
    expect(describeProblem(pattern)).toMatch(message);
  });
});
