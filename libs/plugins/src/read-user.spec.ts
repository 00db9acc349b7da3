import { describe, expect, it } from '@jest/globals';
import { readUser } from './read-user.js';

const GOOD = { email: 'ada@x.y', name: 'Ada', active: true, groups: ['ops'] };

describe('readUser', () => {
  it('keeps only the known fields', () => {
    expect(readUser({ ...GOOD, isAdmin: true })).toEqual({ user: GOOD });
  });

  it('removes duplicate groups', () => {
    expect(readUser({ ...GOOD, groups: ['a', 'b', 'a'] })).toMatchObject({ user: { groups: ['a', 'b'] } });
  });

  it.each([
    ['Ada\u0000\r\nLovelace\u001b[31m', 'Ada Lovelace [31m'],
    ['  Ada  ', 'Ada'],
    ['Ada \ud800', 'Ada \ufffd'],
    ['x'.repeat(319) + '😀', 'x'.repeat(319) + '\ufffd'],
    ['', ''],
  ])('cleans the name %j', (name, clean) => {
    expect(readUser({ ...GOOD, name })).toMatchObject({ user: { name: clean } });
  });

  it.each<[string, unknown, string]>([
    ['a string', 'ada@x.y', 'it is not an object'],
    ['an array', [GOOD], 'it is not an object'],
    ['true', true, 'it is not an object'],
    ['no email', { ...GOOD, email: undefined }, '"email"'],
    ['an empty email', { ...GOOD, email: '' }, '"email"'],
    ['an email with a line end', { ...GOOD, email: 'a@x.y\nb' }, '"email"'],
    ['an email with NUL', { ...GOOD, email: 'a\u0000@x.y' }, '"email"'],
    ['an unpaired surrogate in the email', { ...GOOD, email: 'a\ud800@x.y' }, '"email"'],
    ['a long email', { ...GOOD, email: 'x'.repeat(321) }, '"email"'],
    ['an email that is reserved for the operator', { ...GOOD, email: 'Operator' }, '"email"'],
    ['an email that is reserved for unknown callers', { ...GOOD, email: 'unknown' }, '"email"'],
    ['no name', { ...GOOD, name: undefined }, '"name"'],
    ['active as text', { ...GOOD, active: 'true' }, '"active"'],
    ['groups as text', { ...GOOD, groups: 'ops' }, '"groups"'],
    ['groups that are objects', { ...GOOD, groups: [{ name: 'ops' }] }, '"groups"'],
    ['no groups', { ...GOOD, groups: null }, '"groups"'],
  ])('refuses %s', (_what, value, problem) => {
    expect(readUser(value)).toEqual({ problem: expect.stringContaining(problem) as unknown });
  });
});
