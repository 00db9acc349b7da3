import { describe, expect, it } from '@jest/globals';
import { foldEmail, isPlainEmail, isSameEmail } from './same-email.js';

describe('isSameEmail', () => {
  it.each([
    ['ada@example.com', 'Ada@Example.COM', true],
    ['änne@example.com', 'ÄNNE@example.com', true],
    ['ada@example.com', ' ada@example.com', true],
    ['änne@example.com', 'a\u0308nne@example.com', true],
    ['ada@example.com', 'ａｄａ＠ｅｘａｍｐｌｅ．ｃｏｍ', true],
    ['ada@example.com', 'ad\u200ba@example.com', true],
    ['ada@example.com', '\u202eada@example.com\u202c', true],
    ['ada@example.com', 'a\u00adda@exa\u2060mple.com\ufeff', true],
    ['ada@example.com', 'ada@example.com.', true],
    ['ada@example.com', 'ada@example.com\u00a0', true],
    ['kelvin@example.com', '\u212aelvin@example.com', true],
    ['sara@example.com', '\u017fara@example.com', true],
    ['strasse@example.com', 'STRAẞE@example.com', true],
    ['οδος@example.com', 'ΟΔΟΣ@example.com', true],
    ['ada@bücher.example', 'ada@xn--bcher-kva.example', true],
    ['ada@BÜCHER.example', 'ada@XN--BCHER-KVA.example.', true],
    ['ada@example.com', 'ada@example.org', false],
    ['ada@example.com', 'ada+x@example.com', false],
    // Cyrillic: another letter, not another form of it.
    ['ada@example.com', '\u0430da@example.com', false],
    ['ida@example.com', 'ıda@example.com', false],
    ['', 'ada@example.com', false],
  ])('%j and %j: %s', (one, other, same) => {
    expect([isSameEmail(one, other), isSameEmail(other, one)]).toEqual([same, same]);
    expect(foldEmail(foldEmail(other))).toBe(foldEmail(other));
  });

  it('keeps domains as they are that are none', () => {
    expect(['a@127.1', 'a@ü?x', 'nobody', '@'].map(foldEmail)).toEqual(['a@127.1', 'a@ü?x', 'nobody', '@']);
  });
});

describe('isPlainEmail', () => {
  it.each([
    ['ada@example.com', true],
    ['Änne@Bücher.example', true],
    ['a\u0308nne@example.com', true],
    ['ａda@example.com', false],
    ['ad\u200ba@example.com', false],
    ['ada\u202e@example.com', false],
    ['ada\u0000@example.com', false],
    ['ﬁona@example.com', false],
    ['ada@example.com.', false],
  ])('%j: %s', (email, isPlain) => {
    expect(isPlainEmail(email)).toBe(isPlain);
  });
});
