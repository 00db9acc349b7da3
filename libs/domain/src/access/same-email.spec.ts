import { describe, expect, it } from '@jest/globals';
import { isSameEmail } from './same-email.js';

describe('isSameEmail', () => {
  it.each([
    ['ada@example.com', 'Ada@Example.COM', true],
    ['änne@example.com', 'ÄNNE@example.com', true],
    ['ada@example.com', ' ada@example.com', true],
    ['ada@example.com', 'ada@example.org', false],
    ['ada@example.com', 'ada+x@example.com', false],
    ['', 'ada@example.com', false],
  ])('%j and %j: %s', (one, other, same) => {
    expect([isSameEmail(one, other), isSameEmail(other, one)]).toEqual([same, same]);
  });
});
