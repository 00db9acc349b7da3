import { describe, expect, it } from '@jest/globals';
import { readCredentials } from './credentials.js';
import type { DistinctHeaders } from './distinct-headers.js';

describe('readCredentials', () => {
  const v2 = { email: 'a@b.c', token: 't' };
  const bearer = { email: null, token: 'b' };

  const cases: [name: string, headers: DistinctHeaders, expected: unknown][] = [
    ['nothing', {}, null],
    ['v2', { 'email-id': ['a@b.c'], 'access-token': ['t'] }, v2],
    [
      'v2 with an email in UTF-8, as Node decodes it',
      { 'email-id': ['bj\u00c3\u00b6rn@b.c'], 'access-token': ['t'] },
      { email: 'bj\u00f6rn@b.c', token: 't' },
    ],
    [
      'v2 with an email in Latin-1',
      { 'email-id': ['bj\u00f6rn@b.c'], 'access-token': ['t'] },
      { email: 'bj\u00f6rn@b.c', token: 't' },
    ],
    ['only an email', { 'email-id': ['a@b.c'] }, null],
    ['only a token', { 'access-token': ['t'] }, null],
    ['half of v2 next to a bearer', { 'email-id': ['a@b.c'], authorization: ['Bearer b'] }, null],
    ['both', { 'email-id': ['a@b.c'], 'access-token': ['t'], authorization: ['Bearer b'] }, v2],
    ['a bearer', { authorization: ['bearer  b'] }, bearer],
    [
      'a bearer next to empty v2 headers',
      { 'email-id': [''], 'access-token': [''], authorization: ['Bearer b'] },
      bearer,
    ],
    ['basic', { authorization: ['Basic b'] }, null],
    ['two bearers in one', { authorization: ['Bearer b, Bearer c'] }, null],
    ['a token twice', { 'email-id': ['a@b.c'], 'access-token': ['t', 't'] }, null],
    ['an authorization twice', { authorization: ['Bearer b', 'Bearer b'] }, null],
    ['an oversized token', { 'email-id': ['a@b.c'], 'access-token': ['t'.repeat(16_385)] }, null],
    [
      'an oversized token next to a bearer',
      { 'access-token': ['t'.repeat(16_385)], authorization: ['Bearer b'] },
      null,
    ],
  ];

  it.each(cases)('%s', (_name, headers, expected) => expect(readCredentials(headers)).toEqual(expected));
});
