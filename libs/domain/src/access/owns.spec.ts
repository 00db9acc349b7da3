import { describe, expect, it } from '@jest/globals';
import { owns } from './owns.js';

describe('owns', () => {
  it.each([
    ['ada@example.com', 'ada@example.com', true],
    ['Ada@Example.com', 'ada@example.com', true],
    ['bob@example.com', 'ada@example.com', false],
    ['', '', false],
  ])('%j and an object of %j: %s', (email, userEmail, isOwn) => {
    expect(owns({ email }, { userEmail, id: 7 })).toBe(isOwn);
    expect(owns({ email, accountId: 6 }, { userEmail, id: 7 })).toBe(isOwn);
  });

  it('is false for an account and what is older than it', () => {
    const account = { email: 'ada@example.com', accountId: 7 };
    expect(owns(account, { userEmail: 'ada@example.com', id: 6 })).toBe(false);
    expect(owns(account, { userEmail: 'ada@example.com', id: 7 })).toBe(false);
  });
});
