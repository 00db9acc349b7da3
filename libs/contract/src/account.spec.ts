import { describe, expect, it } from '@jest/globals';
import {
  createGroupBody,
  createTokenBody,
  createUserBody,
  tokenParams,
  updateUserBody,
  userParams,
} from './account.js';
import { MAX_GROUPS } from './limits.js';

describe('createUserBody', () => {
  it('accepts an email alone', () => {
    expect(createUserBody.parse({ email: 'a@example.com' })).toEqual({
      email: 'a@example.com',
      service: false,
      groups: [],
    });
  });

  it.each([
    {},
    { email: 'nobody' },
    { email: 'a b@example.com' },
    { email: 'a@example.com,b@example.com' },
    { email: 'a@example.com\r\nBcc: b@example.com' },
    { email: `${'x'.repeat(320)}@example.com` },
    { email: 'a@example.com', name: 'a\0b' },
    { email: 'a@example.com', name: 'a\nb' },
    { email: 'a@example.com', name: 'Ann \u202enimda' },
    { email: 'a@example.com', groups: ['ops\u2066'] },
    { email: 'a@example.com', service: 'yes' },
    { email: 'a@example.com', groups: [''] },
    { email: 'a@example.com', groups: [' ops '] },
    { email: 'a@example.com', groups: Array<string>(MAX_GROUPS + 1).fill('g') },
  ])('refuses %j', (body) => expect(createUserBody.safeParse(body).success).toBe(false));
});

describe('updateUserBody', () => {
  it('distinguishes omitted from empty', () => {
    expect(updateUserBody.parse({})).toEqual({});
    expect(updateUserBody.parse({ groups: [], active: false })).toEqual({ groups: [], active: false });
  });
});

describe('userParams', () => {
  it.each(['a@b', 'a+b@example.com', 'ä@exämple.com'])('takes %s', (email) => {
    expect(userParams.parse({ email })).toEqual({ email });
  });

  it.each(['a', '@', 'a@', 'a@b@c', '../a@b c'])('refuses %j', (email) => {
    expect(userParams.safeParse({ email }).success).toBe(false);
  });
});

describe('createGroupBody', () => {
  it('treats a null description as empty', () => {
    expect(createGroupBody.parse({ name: 'ops', description: null })).toEqual({
      name: 'ops',
      description: '',
    });
  });
});

describe('createTokenBody', () => {
  it('defaults to the caller and no expiry', () => {
    expect(createTokenBody.parse({})).toEqual({ label: '' });
  });

  it.each([0, 59, -1, 1.5, 1e12, '3600'])('rejects an expiry of %j', (expires_in_seconds) => {
    expect(createTokenBody.safeParse({ expires_in_seconds }).success).toBe(false);
  });
});

describe('tokenParams', () => {
  it.each(['', '1', "' or 1=1 --", '123e4567-e89b-12d3-a456'])('refuses %j', (id) => {
    expect(tokenParams.safeParse({ id }).success).toBe(false);
  });
});
