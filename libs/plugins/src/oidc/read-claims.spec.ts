import { describe, expect, it } from '@jest/globals';
import { readClaims } from './read-claims.js';

const NAMES = { emailClaim: 'email', groupsClaim: 'groups' };

describe('readClaims', () => {
  it.each<[string, unknown, string, string[]]>([
    ['an array', { groups: ['ops', 'data'] }, 'groups', ['ops', 'data']],
    ['an array with other things in it', { groups: ['ops', 1, null, '', { name: 'x' }] }, 'groups', ['ops']],
    ['a dotted path', { realm_access: { roles: ['ops'] } }, 'realm_access.roles', ['ops']],
    ['a deep path', { a: { b: { c: ['ops'] } } }, 'a.b.c', ['ops']],
    ['an address as its name', { 'https://x.y/groups': ['ops'] }, 'https://x.y/groups', ['ops']],
    ['one string', { groups: 'ops' }, 'groups', ['ops']],
    ['a missing claim', {}, 'groups', []],
    ['a path that ends early', { realm_access: 'ops' }, 'realm_access.roles', []],
    ["a prototype's property", {}, 'constructor.name', []],
    ['an object', { groups: { ops: true } }, 'groups', []],
  ])('finds groups in %s', (_what, claims, groupsClaim, groups) => {
    expect(readClaims({ email: 'ada@x.y', ...(claims as object) }, { ...NAMES, groupsClaim })).toMatchObject({
      user: { groups },
    });
  });

  it.each([
    [{ name: 'Ada', preferred_username: 'al' }, 'Ada'],
    [{ name: '', preferred_username: 'al' }, 'al'],
    [{ name: 7 }, 'ada@x.y'],
  ])('takes the name from %j', (claims, name) => {
    expect(readClaims({ email: 'ada@x.y', ...claims }, NAMES)).toMatchObject({
      user: { name, active: true },
    });
  });

  it.each([true, undefined, null])('accepts a verified email: %s', (verified) => {
    expect(readClaims({ email: 'ada@x.y', email_verified: verified }, NAMES)).toMatchObject({
      user: { email: 'ada@x.y' },
    });
  });

  it.each([false, 'false'])('rejects an unverified email (%j)', (verified) => {
    expect(readClaims({ email: 'ada@x.y', email_verified: verified }, NAMES)).toEqual({
      problem: 'its email address is not verified',
    });
  });

  it.each([{}, { email: null }, { email: '' }])('rejects claims without an email: %j', (claims) => {
    expect(readClaims(claims, NAMES)).toEqual({ problem: 'it has no claim email' });
  });

  it.each([7, ['ada@x.y'], 'ada@x.y\n'])('rejects the email %j', (email) => {
    expect(readClaims({ email }, NAMES)).toEqual({ problem: '"email" is not an email address' });
  });

  it('reads the email from another claim', () => {
    expect(readClaims({ upn: 'ada@x.y' }, { ...NAMES, emailClaim: 'upn' })).toMatchObject({
      user: { email: 'ada@x.y' },
    });
  });
});
