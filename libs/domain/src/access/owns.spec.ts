import { describe, expect, it } from '@jest/globals';
import { owns } from './owns.js';

describe('owns', () => {
  it.each([
    ['ada@example.com', 'ada@example.com', true],
    ['Ada@Example.com', 'ada@example.com', true],
    ['bob@example.com', 'ada@example.com', false],
    ['', '', false],
  ])('%j and an object of %j: %s', (email, userEmail, isOwn) => {
    expect(owns({ email }, { userEmail, createdAt: new Date(0) })).toBe(isOwn);
  });
});
